/** The tie-out that a new entity starts with; it is a file to edit, so its comments are for whoever edits it. */
export const DEFAULT_TIE_OUT = `# How the bills of this entity are found in its books. Edit it, then ask for the report again:
#   prorata entity report tie-out 2025-07
# Accounts are given by their first characters; the longest that fits an account decides what it is.
# Amounts and rates are texts in quotes.
schema: prorata.tie-out/1

# Whom is owed and how it is paid: the side of an entry that says what the invoice came to.
settlement_accounts: ["40", "455", "467", "5"]
# Invoices not yet received: what is set aside at the end of a month and taken back in the next.
accrual_accounts: ["408"]

# An invoice of a month may be booked this many months before and after it.
look: { before: 1, after: 2 }

# Up to here a difference of an invoice is called rounding.
rounding: "0.05"

# Rates of the books, month by month: one unit of the bill's currency in the currency of the books. Without one, the
# rate at which an invoice was booked is taken, and no exchange difference is shown.
rates: {}
#  "2025-07": { USD: "0.8612" }

# The first rule whose "match" fits takes an invoice; a rule without "match" takes all that are left.
rules:
  - code: cloud
  #  match: { provider: [AWS], billing_account: ["123456789012"] }
    # Accounts that a cost of this supplier may be booked on.
    cost_accounts: ["611", "6135", "651"]
    # Where commitments bought in advance wait; with accounts here, an advance that was expensed is a difference.
    prepaid_accounts: []
  #  prepaid_accounts: ["486"]
    tax_accounts: ["4456", "4458"]
    # Auxiliary accounts or accounts of the supplier. None: every entry on the cost accounts is compared with the bills.
    suppliers: []
  #  suppliers: ["401AWS"]
    # Journals to look at; none: all of them.
    journals: []
    # "in_bills": the bills hold the tax as charges, or there is none. Otherwise the rate that the invoice adds: "0.20".
    tax: in_bills
`;

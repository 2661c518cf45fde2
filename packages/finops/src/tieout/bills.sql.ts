/**
 * From effective to billed cost of a month, by currency: what was bought ahead, what was drawn from it, what of it nobody
 * used, the tax that follows, and all other differences (FOCUS: EffectiveCost spreads what BilledCost shows at once).
 */
export const BILL_STEPS = `
  SELECT currency, sum(cost_effective)::text AS effective, sum(cost_billed)::text AS billed,
         coalesce(sum(cost_billed - cost_effective) FILTER (WHERE charge_category = 'Purchase'), 0)::text AS purchases,
         coalesce(sum(cost_billed - cost_effective) FILTER (WHERE charge_category = 'Usage' AND commitment_status = 'used'), 0)::text AS used,
         coalesce(sum(cost_billed - cost_effective) FILTER (WHERE charge_category = 'Usage' AND commitment_status = 'unused'), 0)::text AS unused,
         coalesce(sum(cost_billed - cost_effective) FILTER (WHERE charge_category = 'Tax'), 0)::text AS tax
    FROM consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month = $3
   GROUP BY currency ORDER BY currency`;

/** Invoices of some months and what each is made of. Without an InvoiceId a billing account has one a month. */
export const INVOICES = `
  SELECT to_char(period_month, 'YYYY-MM') AS month, provider, billing_account, invoice_id, currency,
         sum(cost_billed)::text AS billed,
         coalesce(sum(cost_billed) FILTER (WHERE charge_category = 'Tax'), 0)::text AS tax,
         coalesce(sum(cost_billed) FILTER (WHERE charge_category = 'Purchase'), 0)::text AS purchases,
         coalesce(sum(cost_billed - cost_effective) FILTER (WHERE charge_category = 'Purchase'), 0)::text AS prepaid,
         coalesce(sum(cost_billed) FILTER (WHERE charge_category = 'Credit'), 0)::text AS credits,
         coalesce(sum(cost_billed) FILTER (WHERE charge_category = 'Adjustment'), 0)::text AS adjustments
    FROM consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month BETWEEN $3 AND $4
   GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`;

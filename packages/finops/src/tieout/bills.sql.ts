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

/** What an invoice is made of, of charges whose cost counts $sign times. */
const sums = (sign: string) => {
  const sum = (cost: string, category?: string) =>
    `coalesce(sum(${sign}(${cost}))${category === undefined ? '' : ` FILTER (WHERE charge_category = '${category}')`}, 0)::text`;
  return `${sum('cost_billed')} AS billed, ${sum('cost_billed', 'Tax')} AS tax, ${sum('cost_billed', 'Purchase')} AS purchases,
         ${sum('cost_billed - cost_effective', 'Purchase')} AS prepaid, ${sum('cost_billed', 'Credit')} AS credits,
         ${sum('cost_billed', 'Adjustment')} AS adjustments`;
};

/** Invoices of some months and what each is made of. Without an InvoiceId a billing account has one a month. */
export const INVOICES = `
  SELECT to_char(period_month, 'YYYY-MM') AS month, NULL AS adjusts, provider, billing_account, invoice_id, currency,
         ${sums('')}
    FROM consumption
   WHERE tenant_id = $1 AND legal_entity_id = $2 AND period_month BETWEEN $3 AND $4
   GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`;

/**
 * The same of files that came for closed months and are booked in one of these: what each scope brought, less what stood for it
 * before, in its month or in the file booked before it.
 */
export const CARRIED_INVOICES = `
  WITH booked AS (
    SELECT DISTINCT s.import_file_id, s.provider, s.billing_account, s.period_month, b.period_month AS carrying
      FROM import_scope s JOIN adjustment b USING (tenant_id, legal_entity_id, adjustment_id)
     WHERE s.tenant_id = $1 AND s.legal_entity_id = $2 AND s.late = 'BOOKED' AND s.superseded_by IS NULL
  ), versions AS (
    -- Ids are UUIDv7: their order is that of time.
    SELECT *, lag(import_file_id) OVER (PARTITION BY provider, billing_account, period_month ORDER BY import_file_id) AS before
      FROM booked
  ), charges AS (
    SELECT v.carrying, 1 AS sign, c.*
      FROM versions v JOIN consumption_late c USING (provider, billing_account, period_month)
     WHERE c.tenant_id = $1 AND c.legal_entity_id = $2 AND c.import_file_id = v.import_file_id
    UNION ALL
    SELECT v.carrying, -1, c.*
      FROM versions v JOIN consumption_late c USING (provider, billing_account, period_month)
     WHERE c.tenant_id = $1 AND c.legal_entity_id = $2 AND c.import_file_id = v.before
    UNION ALL
    SELECT v.carrying, -1, c.*
      FROM versions v JOIN consumption c USING (provider, billing_account, period_month)
     WHERE c.tenant_id = $1 AND c.legal_entity_id = $2 AND v.before IS NULL
  )
  SELECT to_char(carrying, 'YYYY-MM') AS month, to_char(period_month, 'YYYY-MM') AS adjusts, provider, billing_account,
         invoice_id, currency, ${sums('sign * ')}
    FROM charges
   WHERE carrying BETWEEN $3 AND $4
   GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`;

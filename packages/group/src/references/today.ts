import type { Tx } from '@prorata/platform';
import { groupProblem } from '../problems.ts';

interface Standing {
  readonly kind: 'domain' | 'family' | 'product';
  readonly code: string;
  readonly label: string;
  readonly domain_code: string | null;
  readonly family_code: string | null;
  readonly replaced_by: string | null;
}

const STANDING = `
  SELECT 'domain' AS kind, code, label, NULL AS domain_code, NULL AS family_code, replaced_by FROM ref_domain WHERE valid_to IS NULL
  UNION ALL
  SELECT 'family', code, label, domain_code, NULL, replaced_by FROM ref_family WHERE valid_to IS NULL
  UNION ALL
  SELECT 'product', code, label, domain_code, family_code, replaced_by FROM ref_product WHERE valid_to IS NULL`;

/** Every code that the references hold, also ended ones, has one row; kept in a table so that a report joins it like any other. */
const WRITE = `
  INSERT INTO ref_today (tenant_id, kind, code, today_code, label, domain_code, family_code)
  SELECT NULLIF(current_setting('app.current_tenant'), '')::uuid, kind, code, today_code, label, domain_code, family_code
    FROM jsonb_to_recordset($1::jsonb)
      AS place(kind text, code text, today_code text, label text, domain_code text, family_code text)`;

/**
 * Writes where each code stands today: the end of its chain of successors, that one's label, domain and family. Facts keep the codes
 * that they were reported under; a report "in today's hierarchy" joins `ref_today` by kind and code.
 *
 * @throws Problem `REFERENCES_INVALID` for a successor, domain or family that is not there, and for successors in a circle
 */
export async function writeToday(tx: Tx): Promise<void> {
  const places = placesOf(await tx.query<Standing & Record<string, unknown>>(STANDING));
  await tx.execute('DELETE FROM ref_today');
  await tx.execute(WRITE, [JSON.stringify(places)]);
}

function placesOf(rows: readonly Standing[]): object[] {
  const standing = new Map(rows.map((row) => [`${row.kind} ${row.code}`, row]));
  const endOf = (kind: Standing['kind'], code: string, asked: string): Standing => {
    const passed = new Set<string>();
    for (let at = code; ; ) {
      const row = standing.get(`${kind} ${at}`);
      if (row === undefined) throw loose(`${asked} names the ${kind} "${at}", which the references do not hold`);
      if (row.replaced_by === null) return row;
      if (passed.has(at)) throw loose(`the successors of ${asked} go round in a circle: ${[...passed].join(', ')}`);
      passed.add(at);
      at = row.replaced_by;
    }
  };
  return rows.map((row) => {
    const asked = `${row.kind} "${row.code}"`;
    const end = endOf(row.kind, row.code, asked);
    const family = end.family_code === null ? undefined : endOf('family', end.family_code, asked);
    // A product follows its family where that was moved: one move is said once.
    const domain = family?.domain_code ?? end.domain_code ?? end.code;
    return {
      kind: row.kind,
      code: row.code,
      today_code: end.code,
      label: end.label,
      domain_code: endOf('domain', domain, asked).code,
      family_code: row.kind === 'family' ? end.code : (family?.code ?? null),
    };
  });
}

function loose(message: string): Error {
  return groupProblem('REFERENCES_INVALID', message, { errors: [{ pointer: '/', message }] });
}

import Type, { type Static, type TSchema } from 'typebox';
import { CONTRACT_NAME, TABLE_FILES } from './contract.ts';
import { IndirectRulesSchema, ruleInconsistency } from './indirect-rules.ts';
import { CODE_LENGTH, CONSUMPTION_TYPES } from './tables.ts';

const closed = { additionalProperties: false } as const;
const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' });
export const Month = Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' });
export const Code = Type.String({
  minLength: 1,
  maxLength: CODE_LENGTH,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$',
});
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const Currency = Type.String({ pattern: '^[A-Z]{3}$' });
export const UtcTime = Type.String({ format: 'date-time', pattern: 'Z$' });
export const Decimal = Type.String({ pattern: '^-?[0-9]{1,20}(\\.[0-9]{1,18})?$' });
export const DeploymentName = Type.Enum(['prod', 'test']);
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const ContractOf = Type.Object(
  {
    name: Type.Literal(CONTRACT_NAME),
    version: Type.String({ pattern: '^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)$', maxLength: 32 }),
  },
  closed,
);
export const Named = Type.Object({ id: Uuid, code: Code }, closed);

/**
 * What intake reads before it knows whether it speaks this version of the contract. Later versions keep these
 * members, so that a future bundle is told its version is not accepted instead of being called unreadable.
 */
export const ManifestHeadSchema = Type.Object({
  contract: Type.Object({ name: Type.String(), version: ContractOf.properties.version }),
  tenant: Type.Object({ id: Type.String(), code: Type.String() }),
  entity: Type.Object({ id: Type.String(), code: Type.String() }),
  deployment: Type.String(),
});

export const ManifestSchema = Type.Object(
  {
    contract: ContractOf,
    tenant: Named,
    entity: Named,
    deployment: DeploymentName,
    period_month: Month,
    revision: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    supersedes: orNull(Sha256),
    status: Type.Enum(['OPEN', 'CLOSED']),
    created_at: UtcTime,
    generator: Type.Object({ name: Code, version: Code }, closed),
    references: Type.Object({ domains: Code, products: Type.Optional(Code) }, closed),
    pricing_view: orNull(
      Type.Object({ code: Code, version: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) }, closed),
    ),
    files: Type.Array(
      Type.Object({ name: Type.Enum([...TABLE_FILES]), sha256: Sha256, bytes: Count, rows: Count }, closed),
      { minItems: TABLE_FILES.length, maxItems: TABLE_FILES.length },
    ),
    totals: Type.Array(
      Type.Object(
        {
          consumption_type: Type.Enum([...CONSUMPTION_TYPES]),
          currency: Currency,
          rows: Count,
          cost_effective: orNull(Decimal),
          cost_billed: orNull(Decimal),
          cost_standard: orNull(Decimal),
        },
        closed,
      ),
      { maxItems: 1000 },
    ),
    adjusts_month: Type.Optional(Month),
    indirect_rules: Type.Optional(IndirectRulesSchema),
    audit: orNull(Type.Object({ head_hash: Sha256, count: Count }, closed)),
  },
  closed,
);

/**
 * The signed statement about one entity and month.
 * `supersedes`: SHA-256 (hex) of the manifest payload that this revision replaces; null for revision 1.
 * `references`: versions of the group's references that the entity mapped to.
 * `totals`: sums as decimal strings; null where no row carries the measure.
 * `indirect_rules`: since contract 1.1, how the INDIRECT amounts came about; absent where the entity does not tell.
 * `audit`: head of the entity's audit chain when the manifest was written.
 */
export type Manifest = Static<typeof ManifestSchema>;
export type ManifestTotal = Manifest['totals'][number];
export type ManifestFile = Manifest['files'][number];
export type ManifestHead = Static<typeof ManifestHeadSchema>;

/** What the writer is told; it adds contract, files, totals, and the time and generator where they are left out. */
export type ManifestDraft = Omit<Manifest, 'contract' | 'files' | 'totals' | 'created_at' | 'generator'> &
  Partial<Pick<Manifest, 'created_at' | 'generator'>>;

/** What a schema cannot say about a manifest: the first contradiction with its member, or null. */
export function inconsistency(manifest: Manifest): { pointer: string; message: string } | null {
  if ((manifest.revision === 1) !== (manifest.supersedes === null)) {
    const message = 'revision 1 supersedes nothing, and every later one names the digest of the manifest it replaces';
    return { pointer: '/supersedes', message };
  }
  if (new Set(manifest.files.map((file) => file.name)).size !== TABLE_FILES.length) {
    return { pointer: '/files', message: `files names each of ${TABLE_FILES.join(', ')} once` };
  }
  if (manifest.adjusts_month !== undefined && manifest.adjusts_month >= manifest.period_month) {
    return { pointer: '/adjusts_month', message: 'adjusts_month is a month before period_month' };
  }
  if (manifest.indirect_rules === undefined) return null;
  if (/^1\.0\./.test(manifest.contract.version)) {
    return { pointer: '/indirect_rules', message: 'indirect_rules is a member of contract 1.1, not of 1.0' };
  }
  const broken = ruleInconsistency(manifest.indirect_rules);
  return broken && { pointer: `/indirect_rules${broken.pointer}`, message: broken.message };
}

import { useQuery } from '@tanstack/react-query';
import { referencesQuery, referenceVersionsQuery } from '../api/governance-queries.ts';
import type { ReferenceProduct, ReferenceVersion } from '../api/types.ts';
import { formatMoment } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { NameAndCode } from '../rankings/RankedTable.tsx';
import { Answered } from '../shell/Answered.tsx';
import { type Column, DataTable } from '../tables/DataTable.tsx';
import classes from './governance.module.css';
import { ImportReferences } from './ImportReferences.tsx';
import { PlacesToday, ReferenceChanges } from './ReferenceChanges.tsx';
import { textColumn } from './text-column.tsx';

/** The words that all entities share: domains, families, products, and every version of them there was. */
export function References() {
  const { t } = useWords();
  const versions = useQuery(referenceVersionsQuery);
  const references = useQuery(referencesQuery);
  return (
    <>
      <Answered
        title={t('governance.products')}
        query={references}
        nothing={t('changes.noProducts')}
        quiet
        isEmpty={({ products }) => products.length === 0}
        actions={<ImportReferences />}
      >
        {({ products, domains, families }) => (
          <ProductTable products={products} domains={domains} families={families} />
        )}
      </Answered>
      <Answered
        title={t('changes.words')}
        query={references}
        nothing={t('governance.noReferences')}
        isEmpty={({ domains }) => domains.length === 0}
      >
        {({ domains, families }) => <WordTable domains={domains} families={families} />}
      </Answered>
      <PlacesToday />
      <Answered
        title={t('governance.versions')}
        query={versions}
        nothing={t('governance.noReferences')}
        isEmpty={({ rows }) => rows.length === 0}
      >
        {({ rows }) => <VersionTable rows={rows} />}
      </Answered>
      {(versions.data?.rows.length ?? 0) > 1 && (
        <ReferenceChanges key={versions.data?.rows.length} versions={versions.data?.rows ?? []} />
      )}
    </>
  );
}

interface Named {
  readonly code: string;
  readonly label: string;
}

interface ProductTableProps {
  readonly products: readonly ReferenceProduct[];
  readonly domains: readonly Named[];
  readonly families: readonly Named[];
}

function ProductTable({ products, domains, families }: ProductTableProps) {
  const { t } = useWords();
  const labels = new Map([...domains, ...families].map(({ code, label }) => [code, label]));
  const nameOf = (code: string | null) => (code === null ? null : (labels.get(code) ?? code));
  const columns: Column<ReferenceProduct>[] = [
    {
      ...textColumn<ReferenceProduct>('product', t('columns.product'), ({ code }) => code),
      cell: ({ code, label }) => <NameAndCode name={label} code={code} />,
    },
    textColumn('family', t('columns.family'), ({ family }) => nameOf(family), { wideOnly: true }),
    textColumn('domain', t('columns.domain'), ({ domain }) => nameOf(domain)),
    textColumn('unit', t('columns.unit'), ({ unit }) => unit),
    textColumn('active', t('columns.status'), ({ active }) => t(active ? 'governance.active' : 'governance.ended')),
  ];
  return <DataTable caption={t('governance.products')} rows={products} columns={columns} rowKey={({ code }) => code} />;
}

interface Word extends Named {
  readonly kind: 'domain' | 'family';
  readonly domain: string | null;
  readonly active: boolean;
}

interface WordTableProps {
  readonly domains: readonly (Named & Pick<Word, 'active'>)[];
  readonly families: readonly (Named & Pick<Word, 'active'> & { readonly domain: string })[];
}

/** The domains, each followed by its families. */
function WordTable({ domains, families }: WordTableProps) {
  const { t } = useWords();
  const rows = domains.flatMap((domain): readonly Word[] => [
    { ...domain, kind: 'domain', domain: null },
    ...families
      .filter(({ domain: of }) => of === domain.code)
      .map((family) => ({ ...family, kind: 'family' as const })),
  ]);
  const columns: Column<Word>[] = [
    {
      ...textColumn<Word>('word', t('columns.domain'), ({ code }) => code),
      cell: ({ kind, code, label }) => (
        <span className={kind === 'family' ? classes.inner : undefined}>
          <NameAndCode name={label} code={code} />
        </span>
      ),
    },
    textColumn('kind', t('changes.kind'), ({ kind }) => t(`changes.${kind}`)),
    textColumn('active', t('columns.status'), ({ active }) => t(active ? 'governance.active' : 'governance.ended')),
  ];
  return (
    <DataTable
      caption={t('changes.words')}
      rows={rows}
      columns={columns}
      rowKey={({ kind, code }) => `${kind} ${code}`}
    />
  );
}

function VersionTable({ rows }: { readonly rows: readonly ReferenceVersion[] }) {
  const { t, language } = useWords();
  const count = (id: 'domains' | 'families' | 'products', header: string) =>
    textColumn<ReferenceVersion>(id, header, (row) => String(row[id]), { numeric: true });
  const columns: Column<ReferenceVersion>[] = [
    textColumn('version', t('governance.version'), ({ version }) => String(version), { numeric: true }),
    textColumn('source', t('governance.source'), ({ source }) => source),
    count('domains', t('selection.domains')),
    count('families', t('governance.families')),
    count('products', t('governance.productCount')),
    {
      ...textColumn<ReferenceVersion>('published', t('governance.publishedAt'), ({ published_at }) => published_at),
      numeric: true,
      wideOnly: true,
      cell: ({ published_at }) => formatMoment(published_at, language),
    },
  ];
  return (
    <DataTable
      caption={t('governance.versions')}
      rows={rows}
      columns={columns}
      rowKey={({ version }) => String(version)}
      sorted={{ id: 'version', desc: true }}
    />
  );
}

import { Link } from '@tanstack/react-router';
import type { TotalPart } from '../api/types.ts';
import { formatMoment } from '../format/months.ts';
import { useWords } from '../i18n/i18n.ts';
import { changed } from '../selection/selection.ts';

/** The signed publication behind a figure; where it is the second or later, what changed since the one before it. */
export function EvidenceLink({ evidence }: Pick<TotalPart, 'evidence'>) {
  const { t, language } = useWords();
  if (evidence === null) return <span className="soft">{t('explain.noEvidence')}</span>;
  const { entity, period_month, revision, previous_revision, received_at, manifest_digest } = evidence;
  return (
    <>
      <Link
        to="/publications"
        search={(before) => changed(before, { at: `${entity}/${period_month}`, explain: undefined })}
        title={manifest_digest}
      >
        {previous_revision === null
          ? t('explain.revision', { revision })
          : t('explain.changedSince', { revision, before: previous_revision })}
      </Link>
      <div className="soft">{formatMoment(received_at, language)}</div>
    </>
  );
}

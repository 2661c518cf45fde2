import { Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { quarantinedQuery } from '../api/governance-queries.ts';
import { useWords } from '../i18n/i18n.ts';
import { nodeSaid } from '../i18n/refusals.ts';
import { Failure } from '../shell/states.tsx';
import { Told } from '../shell/Told.tsx';
import classes from './publications.module.css';

/** The report of the intake of one refused bundle: every finding with its file, row, column and value. Asked for once it is opened. */
export function IntakeReport({ id, file }: { readonly id: string; readonly file: string }) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)} className="screen-only">
      <summary aria-label={t('intake.reportOf', { file })}>{t('intake.report')}</summary>
      {open && <Findings id={id} />}
    </details>
  );
}

function Findings({ id }: { readonly id: string }) {
  const { t, language } = useWords();
  const { data, error, isPending, refetch } = useQuery(quarantinedQuery(id));
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (isPending) return <Loader size="sm" aria-label={t('app.loading')} />;
  const { violations, message, message_language, more } = data.report;
  if (violations.length === 0) {
    return (
      <p>
        <Told said={nodeSaid(message, message_language, language)} />
      </p>
    );
  }
  return (
    <>
      <ol>
        {violations.map(({ code, file, row, column, value, message: said, language: of }, index) => (
          <li key={`finding ${index + 1}`} className={classes.fileName}>
            <code>{code}</code> <Told said={nodeSaid(said, of, language)} />{' '}
            <span className="soft">
              {[file, row === null ? null : t('intake.row', { row }), column, value]
                .filter((part) => part !== null)
                .join(' · ')}
            </span>
          </li>
        ))}
      </ol>
      {more > 0 && <p>{t('intake.more', { count: more })}</p>}
    </>
  );
}

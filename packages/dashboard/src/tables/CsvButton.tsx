import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useWords } from '../i18n/i18n.ts';
import { csvName } from './csv.ts';
import classes from './table.module.css';

interface CsvButtonProps {
  /** What is in the file; it names the button and the file. */
  readonly title: string;
  /** Made when it is asked for: a table of many rows is only written out for whoever wants it. */
  readonly text: () => string;
}

/** Takes the rows of a table away as CSV. */
export function CsvButton({ title, text }: CsvButtonProps) {
  const { t } = useWords();
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      className={`screen-only ${classes.csv}`}
      leftSection={<IconDownload size={14} aria-hidden="true" />}
      aria-label={t('table.csv', { title })}
      onClick={() => download(csvName(title), text())}
    >
      CSV
    </Button>
  );
}

/** A report's rows as the node writes them: all of them, however many are on the screen. */
export function CsvLink({ title, href }: { readonly title: string; readonly href: string }) {
  const { t } = useWords();
  return (
    <Button
      component="a"
      href={href}
      download={csvName(title)}
      variant="subtle"
      size="compact-xs"
      className={`screen-only ${classes.csv}`}
      leftSection={<IconDownload size={14} aria-hidden="true" />}
      aria-label={t('table.csv', { title })}
    >
      CSV
    </Button>
  );
}

function download(name: string, text: string): void {
  // The mark in front tells spreadsheets that the text is UTF-8.
  const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

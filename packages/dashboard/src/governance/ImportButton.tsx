import { FileInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useWords } from '../i18n/i18n.ts';
import { ActButton } from './ActButton.tsx';
import { ActionDialog } from './ActionDialog.tsx';
import { useGoverns } from './governs.ts';

interface ImportButtonProps<Done> {
  /** Names the button and the dialog. */
  readonly title: string;
  /** What the file holds, and what becomes of it. */
  readonly note: string;
  /** What the browser offers: extensions of files. */
  readonly accept: string;
  readonly act: (file: File) => Promise<Done>;
  readonly told: (done: Done) => string;
  /** What is asked for besides the file. */
  readonly children?: ReactNode;
  /** Empties that for the next file. */
  readonly forget?: () => void;
}

/** Imports a file, for whoever governs the group; what the node refuses is said with its line. */
export function ImportButton<Done>({ title, note, accept, act, told, children, forget }: ImportButtonProps<Done>) {
  const { t } = useWords();
  const governs = useGoverns();
  const [open, setOpen] = useState(false);
  const [file, setFile] = useState<File | null>(null);
  if (!governs) return null;
  const close = () => {
    setOpen(false);
    setFile(null);
    forget?.();
  };
  return (
    <>
      <ActButton word={title} onClick={() => setOpen(true)} />
      {open && (
        <ActionDialog
          title={title}
          note={note}
          submit={t('actions.import')}
          ready={file !== null}
          act={async () => {
            if (file === null) throw new TypeError('no file was chosen');
            return await act(file);
          }}
          told={told}
          close={close}
        >
          <FileInput
            label={t('actions.file')}
            placeholder={t('actions.choose')}
            accept={accept}
            value={file}
            onChange={setFile}
            clearable
            clearButtonProps={{ 'aria-label': t('actions.clearFile') }}
          />
          {children}
        </ActionDialog>
      )}
    </>
  );
}

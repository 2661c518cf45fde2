import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode, SubmitEvent } from 'react';
import { useWords } from '../i18n/i18n.ts';
import classes from './governance.module.css';
import { Refusal } from './Refusal.tsx';

interface ActionDialogProps<Done> {
  readonly title: string;
  /** What it changes, said before it is done. */
  readonly note: string;
  /** The word on the button that does it. */
  readonly submit: string;
  /** Whether everything that is needed has been given. */
  readonly ready: boolean;
  readonly act: () => Promise<Done>;
  /** What was done, where that is worth reading; the dialog closes by itself without it. */
  readonly told?: (done: Done) => string;
  readonly close: () => void;
  readonly children?: ReactNode;
}

/** The button that had the focus is disabled while the node works, or gone: without this a reader without a pointer would be behind the dialog. */
function focusOn(answer: HTMLElement | null): void {
  answer?.focus();
}

/** Asks for what an act of governance needs, does it, and says what the node answered. Every figure is asked for anew afterwards. */
export function ActionDialog<Done>(props: ActionDialogProps<Done>) {
  const { title, note, submit, ready, act, told, close, children } = props;
  const { t } = useWords();
  const client = useQueryClient();
  const { mutate, isPending, isSuccess, data, error } = useMutation({
    mutationFn: act,
    // What governs the group changes what completeness, flags and totals say; also where the reader has closed the dialog meanwhile.
    onSuccess: () => void client.invalidateQueries(),
  });
  const done = isSuccess && told !== undefined && data !== undefined ? told(data) : undefined;
  function doIt(event: SubmitEvent): void {
    event.preventDefault();
    if (!ready || isPending) return;
    // Said to this call, not to every one: the library leaves it out once the dialog is gone, and another may stand in its place.
    mutate(undefined, told === undefined ? { onSuccess: close } : {});
  }
  return (
    <Modal.Root opened onClose={close}>
      <Modal.Overlay />
      <Modal.Content>
        {/* Not Modal.Header: a second <header> on the page would be a second banner. */}
        <div className={classes.dialogHead}>
          <Modal.Title className={classes.dialogTitle ?? ''}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t('publications.close')} />
        </div>
        <Modal.Body>
          <form onSubmit={doIt}>
            <Stack gap="md">
              {done === undefined ? (
                <>
                  <Text size="sm">{note}</Text>
                  {children}
                  {error !== null && <Refusal error={error} ref={focusOn} />}
                  <Group justify="flex-end">
                    <Button variant="default" onClick={close} disabled={isPending}>
                      {t('governance.cancel')}
                    </Button>
                    <Button type="submit" loading={isPending} disabled={!ready}>
                      {submit}
                    </Button>
                  </Group>
                </>
              ) : (
                <>
                  <Alert color="petrol" role="status">
                    {done}
                  </Alert>
                  <Group justify="flex-end">
                    <Button onClick={close} ref={focusOn}>
                      {t('publications.close')}
                    </Button>
                  </Group>
                </>
              )}
            </Stack>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

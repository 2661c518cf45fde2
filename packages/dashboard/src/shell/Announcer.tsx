import { VisuallyHidden } from '@mantine/core';
import { useIsFetching } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useWords } from '../i18n/i18n.ts';

/** Waits shorter than this are not worth a word. */
const WORTH_SAYING_MS = 400;

/** Tells a screen reader that figures are on their way and when they are there. */
export function Announcer() {
  const { t } = useWords();
  const fetching = useIsFetching() > 0;
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (fetching) {
      const timer = setTimeout(() => setSaid(t('app.loading')), WORTH_SAYING_MS);
      return () => clearTimeout(timer);
    }
    setSaid((before) => (before === '' ? '' : t('app.loaded', { page: document.title })));
    return undefined;
  }, [fetching, t]);
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {said}
    </VisuallyHidden>
  );
}

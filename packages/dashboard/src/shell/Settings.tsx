import { Group, SegmentedControl, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useWords } from '../i18n/i18n.ts';

/** Language stands in the address, because a link should read the same for who receives it; the appearance is the reader's own. */
export function Settings() {
  const { t, language } = useWords();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Group gap="xs" justify="space-between" wrap="nowrap">
      <SegmentedControl
        size="xs"
        aria-label={t('settings.language')}
        value={language}
        onChange={(lang) => {
          void navigate({
            to: '.',
            search: (before) => ({ ...before, lang: lang === 'fr' ? ('fr' as const) : ('en' as const) }),
            replace: true,
            resetScroll: false,
          });
        }}
        data={[
          { value: 'en', label: <Named short="EN" long="English" /> },
          { value: 'fr', label: <Named short="FR" long="Français" /> },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('settings.theme')}
        value={colorScheme}
        onChange={(scheme) => setColorScheme(scheme === 'light' || scheme === 'dark' ? scheme : 'auto')}
        data={[
          { value: 'light', label: <Iconic icon={<IconSun size={15} />} name={t('settings.light')} /> },
          { value: 'dark', label: <Iconic icon={<IconMoon size={15} />} name={t('settings.dark')} /> },
          { value: 'auto', label: <Iconic icon={<IconDeviceDesktop size={15} />} name={t('settings.auto')} /> },
        ]}
      />
    </Group>
  );
}

function Named({ short, long }: { readonly short: string; readonly long: string }) {
  return (
    <>
      <span aria-hidden="true">{short}</span>
      <VisuallyHidden>{long}</VisuallyHidden>
    </>
  );
}

function Iconic({ icon, name }: { readonly icon: React.ReactNode; readonly name: string }) {
  return (
    <span style={{ display: 'flex' }} title={name}>
      {icon}
      <VisuallyHidden>{name}</VisuallyHidden>
    </span>
  );
}

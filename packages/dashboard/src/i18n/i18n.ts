import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Language } from '../format/numbers.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'words';
    resources: { words: typeof en };
  }
}

const REMEMBERED = 'prorata.language';

/** The language before anybody chose one on this address: the remembered choice, else the browser's first that we speak. */
export function preferredLanguage(): Language {
  const remembered = localStorage.getItem(REMEMBERED);
  if (remembered === 'en' || remembered === 'fr') return remembered;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag === 'en' || tag === 'fr');
  return spoken === 'fr' ? 'fr' : 'en';
}

/** Switches the words, the `lang` attribute (for screen readers, and for what the node is asked) and the remembered choice; false where nothing changes. */
export function speak(language: Language): boolean {
  localStorage.setItem(REMEMBERED, language);
  document.documentElement.lang = language;
  if (i18next.language === language) return false;
  void i18next.changeLanguage(language);
  return true;
}

export function startWords(language: Language): void {
  document.documentElement.lang = language;
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    defaultNS: 'words',
    ns: ['words'],
    resources: { en: { words: en }, fr: { words: fr } },
    // React escapes what it renders.
    interpolation: { escapeValue: false },
    initAsync: false,
  });
}

/** Words and the language that figures are written in. */
export function useWords() {
  const { t, i18n } = useTranslation();
  const language: Language = i18n.language === 'fr' ? 'fr' : 'en';
  return { t, language };
}

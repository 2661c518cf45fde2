export { acceptedLanguages, localeChain } from './locales.ts';
export { addProblemTitles, problemTitle } from './problem-titles.ts';
export { registerTranslations, type TranslationRouteOptions } from './translations.routes.ts';
export { listTranslations, putTranslation, removeTranslation, type Translation, textsOf } from './translations.ts';

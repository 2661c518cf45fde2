export { acceptedLanguages, localeChain } from './locales.ts';
export { type ToldWords, toldWords } from './told-problem.ts';
export { registerTranslations, type TranslationRouteOptions } from './translations.routes.ts';
export { listTranslations, putTranslation, removeTranslation, type Translation, textsOf } from './translations.ts';

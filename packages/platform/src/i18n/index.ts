export { acceptedLanguages, localeChain } from './locales.ts';
export { addSentences, type Sentences, toldSentence } from './sentences.ts';
export { type Told, type ToldWords, toldFindings, toldText, toldWords } from './told-problem.ts';
export { registerTranslations, type TranslationRouteOptions } from './translations.routes.ts';
export { listTranslations, putTranslation, removeTranslation, type Translation, textsOf } from './translations.ts';

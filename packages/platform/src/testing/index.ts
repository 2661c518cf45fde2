export { type CitusDatabase, openCitusDatabase } from './citus-database.ts';
export { answerCheck, type GivenAnswer } from './described-answer.ts';
export { CookieJar, startTestProvider, type TestProvider } from './identity-provider.ts';
export { type GeneratedOptions, sendDescribedRequests } from './openapi-requests.ts';
export { openTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-database.ts';

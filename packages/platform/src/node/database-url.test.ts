import { expect, it } from 'vitest';
import { databaseUrlOf } from './database-url.ts';

const file = { database: { url: 'postgresql://file/db' } };

it.each([
  [file, 'postgresql://environment/db', 'postgresql://environment/db'],
  [{}, 'postgresql://environment/db', 'postgresql://environment/db'],
  [file, undefined, 'postgresql://file/db'],
  [file, '', 'postgresql://file/db'],
  [{}, undefined, undefined],
])('the server of a node with %j and DATABASE_URL %j', (config, url, chosen) => {
  expect(databaseUrlOf(config, url === undefined ? {} : { DATABASE_URL: url })).toBe(chosen);
});

import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { eventFaults } from '@prorata/platform';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ASYNCAPI_FILE, asyncapiDocument, SENT_EVENTS } from '../scripts/asyncapi.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Names of events that the sources emit; `${…}` stands for one word of a name or several. */
function emitted(): { file: string; name: string; pattern: RegExp }[] {
  const files = globSync('packages/{ledger,analytic,finops,group}/src/**/*.ts', { cwd: root }).filter(
    (file) => !/\.test\.ts$|\/testing\/|event-catalogue\.ts$|\.schema\.ts$/.test(file),
  );
  return files.flatMap((file) => {
    const text = readFileSync(`${root}/${file}`, 'utf8');
    // The text ends where its quote comes again: what is computed in between may hold quotes of the other kinds.
    const found = text.matchAll(/(['`])((?:LEDGER|ANALYTIC|FINOPS|GROUP|PLATFORM)\.(?:(?!\1).)*)\1/g);
    return [...found].map((match) => {
      const name = match[2] ?? '';
      const pattern = new RegExp(`^${name.replace(/\$\{[^}]*\}/g, '[A-Z_.]+').replaceAll('.', '\\.')}$`);
      return { file, name, pattern: new RegExp(pattern.source.replaceAll('[A-Z_\\.]', '[A-Z_.]')) };
    });
  });
}

describe('docs/contracts/asyncapi.yaml', () => {
  const text = readFileSync(ASYNCAPI_FILE, 'utf8');

  it('is what the packages declare (`node scripts/asyncapi.ts` writes it)', () => {
    expect(text).toBe(asyncapiDocument());
  });

  it('is a document of AsyncAPI 3.0', () => {
    const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json');
    const ajv = new Ajv({
      meta: false,
      validateSchema: false,
      strict: false,
      validateFormats: false,
      code: { optimize: false },
    });
    const valid = ajv.compile(schema);
    expect(valid(parse(text)), JSON.stringify(valid.errors?.slice(0, 5))).toBe(true);
    const broken = parse(text);
    broken.operations.tellSubscribers.action = 'shout';
    expect(valid(broken)).toBe(false);
  });

  it('points at messages that are there', () => {
    const document = parse(text);
    const references = [...text.matchAll(/\$ref: "?(#\/[^"\s]+)"?/g)].map((match) => match[1] ?? '');
    expect(references.length).toBeGreaterThan(100);
    const at = (path: string) =>
      path
        .slice(2)
        .split('/')
        .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], document);
    expect(references.filter((path) => at(path) === undefined)).toEqual([]);
  });
});

describe('the events that the sources emit', () => {
  const names = Object.keys(SENT_EVENTS);

  it('are declared, each of them', () => {
    const all = emitted();
    expect(all.length).toBeGreaterThan(25);
    const unknown = all.filter(({ pattern }) => !names.some((name) => pattern.test(name)));
    expect(unknown.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  });

  it('are all that is declared', () => {
    const all = emitted();
    expect(names.filter((name) => !all.some(({ pattern }) => pattern.test(name)))).toEqual([]);
  });

  it('have the payloads of spec 02 where it gives them', () => {
    const id = '0192f0c1-2345-7abc-8def-0123456789ab';
    const created = { code: 'COST_CENTER', name_key: `erp.analytic.axis.${id}.name` };
    const result_summary = { amount: '100.00', currency: 'EUR', month: '2026-01', lines: 2, totals: {} };
    const run = { posting_id: id, source_entry_id: id, rule_id: id, result_summary };
    const events = [
      { event: 'ANALYTIC.AXIS.CREATED', payload: created },
      { event: 'ANALYTIC.ALLOCATION.RUN', payload: run },
    ];
    expect(eventFaults(SENT_EVENTS, events)).toEqual([]);
    const more = events.map(({ event, payload }) => ({ event, payload: { ...payload, more: 1 } }));
    expect(eventFaults(SENT_EVENTS, more)).toHaveLength(2);
  });
});

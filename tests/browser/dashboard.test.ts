import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { comparisonCases } from './cases/comparison.ts';
import { drilldownCases } from './cases/drilldown.ts';
import { entityCases } from './cases/entities.ts';
import { explainCases } from './cases/explain.ts';
import { findingCases } from './cases/finding.ts';
import { governanceCases } from './cases/governance.ts';
import { overviewCases } from './cases/overview.ts';
import { placeCases } from './cases/places.ts';
import { publicationCases } from './cases/publications.ts';
import { readerCases } from './cases/reader.ts';
import { sessionCases } from './cases/session.ts';
import { CLIENT, clientTypes } from './client-types.ts';
import { PAGES } from './sample-node.ts';
import { setStage } from './stage.ts';

// All browser tests of the dashboard are one file to vitest, so that they share a node and a browser; `cases` has one file a topic.
const stage = setStage();
sessionCases(stage);
drilldownCases(stage);
overviewCases(stage);
entityCases(stage);
findingCases(stage);
comparisonCases(stage);
explainCases(stage);
publicationCases(stage);
governanceCases(stage);
readerCases(stage);
placeCases(stage);

it('starts with a script of at most 300 KiB compressed, and charts are no part of it', async () => {
  const page = await readFile(join(PAGES, 'index.html'), 'utf8');
  const scripts = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((match) => match[1] ?? '');
  const contents = await Promise.all(scripts.map((script) => readFile(join(PAGES, script))));
  expect(scripts.length).toBeGreaterThan(0);
  expect(contents.reduce((sum, content) => sum + gzipSync(content).length, 0)).toBeLessThan(300 * 1024);
  // A name that is part of ECharts and of nothing else.
  expect(contents.some((content) => content.includes('convertToPixel'))).toBe(false);
});

it('speaks the API that the group node describes today (else: npm run generate -w @prorata/dashboard)', async () => {
  const description = await fetch(`${stage.node.url}/openapi.json`);
  expect(await readFile(CLIENT, 'utf8')).toBe(await clientTypes(await description.text()));
});

// Writes the dashboard's client types from the description that a group node gives of itself: npm run generate -w @prorata/dashboard
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGroupApp, initGroup } from '@prorata/group';
import { CLIENT, clientTypes } from './client-types.ts';

const dir = await mkdtemp(join(tmpdir(), 'prorata-client-'));
const group = await initGroup({ dir: join(dir, 'group'), tenantCode: 'CLIENT', currency: 'EUR' });
const app = await buildGroupApp(group, { log: false });
const description = await app.inject('/openapi.json');
await writeFile(CLIENT, await clientTypes(description.body));
await app.close();
await group.close();
await rm(dir, { recursive: true, force: true });

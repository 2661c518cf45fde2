import { openDatabase } from '../database/database.ts';
import { PLATFORM_MIGRATIONS } from '../database/sets.ts';
import { addressRule } from './addresses.ts';
import { startRelay } from './relay.ts';
import { secretBox } from './secrets.ts';

// A relay in a process of its own, for the campaign that kills it.
const [dir = '', database = '', tenant = '', key = ''] = process.argv.slice(2);
const db = await openDatabase({ dir, database, migrations: [PLATFORM_MIGRATIONS], durable: false });
startRelay({
  db,
  box: secretBox(Buffer.from(key, 'base64')),
  rule: addressRule(['127.0.0.0/8']),
  tenants: () => [tenant],
  ...{ pollMs: 10, timeoutMs: 500, marginMs: 300, firstDelayMs: 5, longestDelayMs: 50, restMs: 10, attempts: 1_000 },
});
process.stdout.write('working\n');

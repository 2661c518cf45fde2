import { importFec } from '../intake/import-fec.ts';
import { openBooks } from './books.ts';

/** Imports one file in a process of its own and prints how long it took and how much memory the process ever had. */
const path = process.argv[2] ?? '';
const books = await openBooks();
const context = await books.entity();
// What the process has before: the modules of the tests alone weigh more than those of the service.
const before_mib = process.memoryUsage().rss / 2 ** 20;
const start = performance.now();
const [result] = await importFec({ db: books.db, context }, [path]);
const seconds = (performance.now() - start) / 1000;
const [kept] = await books.admin(
  `SELECT count(*)::int AS lines, sum(debit)::text AS debit, sum(credit)::text AS credit FROM gl_entry_line`,
);
await books.close();
const { refused_lines, refused_entries, ...summary } = result ?? { refused_lines: [], refused_entries: [] };
const memory = {
  before_mib,
  rss_mib: process.memoryUsage().rss / 2 ** 20,
  most_mib: process.resourceUsage().maxRSS / 1024,
};
console.log(
  JSON.stringify({ summary, refused: [refused_lines.length, refused_entries.length], kept, seconds, ...memory }),
);

import { run } from './program.ts';

// `prorata … | head` closes the pipe early: that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await run(process.argv.slice(2), { out: process.stdout, err: process.stderr });

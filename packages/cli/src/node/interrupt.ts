/** Something that holds a database server. */
export interface Closable {
  close(): Promise<void>;
}

const open = new Set<Closable>();
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
const PATIENCE_MS = 10_000;
let closing = false;

/**
 * Opens a node, does a piece of work with it, and closes it whatever happens, Ctrl-C and SIGTERM included, even while it is being
 * opened: an embedded database would otherwise go on running with nobody attached. What was not committed did not happen; a
 * second signal ends at once.
 */
export async function withOpened<N extends Closable, T>(
  opening: () => Promise<N>,
  work: (node: N) => Promise<T>,
): Promise<T> {
  if (open.size === 0) listen('on');
  const node = opening();
  const holder = { close: async () => (await node).close() };
  open.add(holder);
  try {
    return await work(await node);
  } finally {
    // After a signal the handler closes the nodes and ends the process; what the closing broke is nobody's business any more.
    if (closing) await new Promise(() => {});
    open.delete(holder);
    if (open.size === 0) listen('off');
    // A node that could not be opened has nothing to close; the failure itself is on its way to the caller.
    const opened = await node.catch(() => undefined);
    await opened?.close();
  }
}

function listen(how: 'on' | 'off'): void {
  process[how]('SIGINT', closeAll);
  process[how]('SIGTERM', closeAll);
}

function closeAll(signal: NodeJS.Signals): void {
  const code = signal === 'SIGTERM' ? SIGNALS.SIGTERM : SIGNALS.SIGINT;
  if (closing) process.exit(code);
  closing = true;
  setTimeout(() => process.exit(code), PATIENCE_MS);
  void Promise.allSettled([...open].map((node) => node.close())).then(() => process.exit(code));
}

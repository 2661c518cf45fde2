/** Something that holds a database server. */
export interface Closable {
  close(): Promise<void>;
}

const open = new Set<Closable>();
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
const PATIENCE_MS = 5_000;
let closing = false;

/**
 * Does a piece of work with an open node and closes it whatever happens, Ctrl-C and SIGTERM included: an embedded database
 * would otherwise go on running with nobody attached. What was not committed did not happen; a second signal ends at once.
 */
export async function closingAfter<T>(node: Closable, work: () => Promise<T>): Promise<T> {
  if (open.size === 0) listen('on');
  open.add(node);
  try {
    return await work();
  } finally {
    // After a signal the handler closes the nodes and ends the process; what the closing broke is nobody's business any more.
    if (closing) await new Promise(() => {});
    open.delete(node);
    await node.close();
    if (open.size === 0) listen('off');
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
  const nodes = [...open];
  open.clear();
  setTimeout(() => process.exit(code), PATIENCE_MS);
  void Promise.allSettled(nodes.map((node) => node.close())).then(() => process.exit(code));
}

import cliProgress from 'cli-progress';

/** How far a long piece of work is. */
export interface Progress {
  /** `done` of `total`; `what` names the item at hand. */
  update(done: number, what?: string): void;
  /** Only known once the work has looked: how much there is. */
  total(all: number): void;
  stop(): void;
}

export interface ProgressTarget {
  readonly err: NodeJS.WriteStream | NodeJS.WritableStream;
}

/** A bar where somebody watches (stderr is a terminal); nothing otherwise, so that logs stay readable. */
export function startProgress(target: ProgressTarget, label: string, total: number): Progress {
  const stream = target.err;
  if (!('isTTY' in stream) || stream.isTTY !== true) return { update() {}, total() {}, stop() {} };
  const bar = new cliProgress.SingleBar(
    {
      format: `${label.padEnd(12)} {bar} {value}/{total} {what}`,
      stream,
      // Ctrl-C in the middle leaves the terminal as it was.
      hideCursor: false,
      linewrap: true,
      clearOnComplete: true,
      stopOnComplete: false,
      barsize: 28,
      gracefulExit: false,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(Math.max(total, 1), 0, { what: '' });
  return {
    update(done, what = '') {
      bar.update(done, { what });
    },
    total(all) {
      bar.setTotal(all);
    },
    stop() {
      bar.stop();
    },
  };
}

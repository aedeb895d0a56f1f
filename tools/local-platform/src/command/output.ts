import { progressLine, type Progress } from './progress.ts';

/** A place where the platform reports what it does. */
export interface Output {
  say(line: string): void;
  /** Shows the progress of a long step; `undefined` ends it. */
  progress(label: string, progress: Progress | undefined): void;
}

const secondsBetweenLines = 15;

/** Returns an output that appends lines; on a terminal also a bar that moves. */
export function streamOutput(stream: NodeJS.WriteStream = process.stderr): Output {
  let barShown = false;
  let lastLineAt = 0;
  const clearBar = () => {
    if (barShown) stream.write('\r\x1b[2K');
    barShown = false;
  };
  return {
    say(line) {
      clearBar();
      stream.write(`${line}\n`);
    },
    progress(label, progress) {
      if (stream.isTTY) {
        clearBar();
        if (progress === undefined) return;
        stream.write(progressLine(label, progress).slice(0, stream.columns - 1));
        barShown = true;
      } else if (progress !== undefined && Date.now() - lastLineAt >= secondsBetweenLines * 1000) {
        lastLineAt = Date.now();
        stream.write(`${progressLine(label, progress)}\n`);
      }
    },
  };
}

/** An output that discards everything. */
export const silentOutput: Output = { say() {}, progress() {} };

import type { DevOutput } from './dev-request.ts';

/** Says how long a save took until it was answered by the new sources, and when there is none to answer. */
export class ReloadTimes {
  private readonly output: DevOutput;
  private build = 0;

  constructor(output: DevOutput) {
    this.output = output;
  }

  /** @param milliseconds that the bundle took. */
  built(milliseconds: number): void {
    this.build = milliseconds;
  }

  /** @param milliseconds from the start of the process until it took requests. */
  ready(milliseconds: number, isFirst: boolean): void {
    const took = `${((this.build + milliseconds) / 1000).toFixed(1)} s`;
    this.output.step(isFirst ? `ready in ${took}; Ctrl-C ends it` : `reloaded in ${took}`);
  }

  ended(how: string, goesOn: boolean): void {
    const next = goesOn ? 'the one before it continues until the next save' : 'the next save starts it again';
    this.output.warn(`the process ${how}; ${next}`);
  }
}

/** Shows why there is no new bundle. */
export function buildLines(output: DevOutput, lines: readonly string[]): void {
  output.warn('the sources cannot be bundled; what ran before continues');
  for (const line of lines) output.line(line);
}

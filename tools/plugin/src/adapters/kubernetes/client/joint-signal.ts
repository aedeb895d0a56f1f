/**
 * A signal that is aborted with the first of some, or after a time, until it is released. Not `AbortSignal.any`: in Node that
 * keeps 2 KB of each signal that it returned for as long as a source lives, and commands that watch run for days.
 */
export class JointSignal {
  private readonly controller = new AbortController();
  private readonly sources: readonly AbortSignal[];
  private timer: NodeJS.Timeout | undefined;

  constructor(...sources: readonly (AbortSignal | undefined)[]) {
    this.sources = sources.filter((source) => source !== undefined);
    const aborted = this.sources.find((source) => source.aborted);
    if (aborted) this.controller.abort(aborted.reason);
    else for (const source of this.sources) source.addEventListener('abort', this.follow);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Has it aborted after a time, if that is not lifted before. */
  limitTo(milliseconds: number): void {
    const late = () => this.controller.abort(new DOMException('no answer in time', 'TimeoutError'));
    this.timer = setTimeout(late, milliseconds);
  }

  liftLimit(): void {
    clearTimeout(this.timer);
  }

  /** Ends it: it is aborted by nothing any more. */
  release(): void {
    this.liftLimit();
    for (const source of this.sources) source.removeEventListener('abort', this.follow);
  }

  private readonly follow = ({ target }: Event): void => this.controller.abort((target as AbortSignal).reason);
}

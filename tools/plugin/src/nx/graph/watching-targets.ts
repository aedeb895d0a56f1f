/** A target, or a script, as far as it tells how it runs. */
interface WatchLike {
  readonly command?: unknown;
  readonly continuous?: unknown;
  readonly options?: unknown;
}

/** `--watch`, `--watchAll` and `-w` of a test runner; `--watch=false` and `--no-watch` end by themselves. */
const watches = /(^|\s)(--watch(All|-all)?(=true)?|-w)(?=\s|$)/;
/** Vitest watches where it is not told otherwise. */
const vitest =
  /(^|[\s/])vitest(?=\s|$)(?!.*(\srun(\s|$)|--run\b|--no-watch\b|--watch[= ]false\b|\s(bench|list)(\s|$)))/;

/**
 * Reports whether a target runs until somebody stops it: what waits for its end would wait for ever.
 * @param target of a project's own file.
 */
export function isWatching(target: WatchLike | undefined): boolean {
  if (target === undefined) return false;
  const options = (typeof target.options === 'object' && target.options !== null ? target.options : {}) as Record<
    string,
    unknown
  >;
  if (target.continuous === true || options['watch'] === true || options['watchAll'] === true) return true;
  const args = options['args'];
  const texts = [target.command, options['command'], ...(Array.isArray(options['commands']) ? options['commands'] : [])]
    .map((each: unknown) => (typeof each === 'object' ? (each as { command?: unknown } | null)?.command : each))
    .filter((each) => typeof each === 'string');
  const given = Array.isArray(args) ? args.join(' ') : typeof args === 'string' ? args : '';
  return (
    texts.some((text) => watches.test(`${text} ${given}`) || vitest.test(`${text} ${given}`)) || watches.test(given)
  );
}

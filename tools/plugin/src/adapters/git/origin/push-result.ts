/** The answer of `git push --porcelain` about one ref. */
export interface PushedRef {
  /** `!` is a rejection. */
  readonly flag: string;
  /** The text in the last brackets: `stale info`, `pre-receive hook declined`. */
  readonly reason: string;
}

/** @returns what was said of the ref, or undefined when git did not come as far as that. */
export function parsePushResult(porcelain: string, ref: string): PushedRef | undefined {
  for (const line of porcelain.split('\n')) {
    const [flag = '', fromTo = '', summary = ''] = line.split('\t');
    if (!fromTo.endsWith(`:${ref}`)) continue;
    return { flag, reason: /\((.*)\)\s*$/.exec(summary)?.[1] ?? '' };
  }
  return undefined;
}

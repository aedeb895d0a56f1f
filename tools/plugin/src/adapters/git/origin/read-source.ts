import type { Git } from '../git.ts';
import type { Remote } from './remote.ts';

/** Where refs and commits are read from. */
export interface ReadSource {
  readonly remote: string;
  /** Settings that make the remote known to a run of git. They stand in no argument, because an address may hold a secret. */
  readonly config: Readonly<Record<string, string>>;
}

/** Name of a remote that is known for one run. */
const pushedTo = 'poc-pushed-to';
const timeoutMs = 10_000;

/**
 * Returns where to read: the address that is pushed to, for what others fetch from may be a mirror that lags (`pushurl`), unless
 * this machine may not read there. Most remotes have one address.
 */
export async function readSource(git: Git, { name, fetched, pushed }: Remote): Promise<ReadSource> {
  const usual: ReadSource = { remote: name, config: {} };
  if (pushed === fetched) return usual;
  const config = { [`remote.${pushedTo}.url`]: pushed };
  const { code } = await git.run(['ls-remote', '--quiet', pushedTo, 'HEAD'], { config, timeoutMs });
  return code === 0 ? { remote: pushedTo, config } : usual;
}

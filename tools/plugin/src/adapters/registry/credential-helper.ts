import type { Credentials } from '../../model/image/credentials.ts';
import { childEnvironment } from '../process/child-environment.ts';
import { runProcess } from '../process/run-process.ts';

/** A helper that failed. */
export interface HelperTrouble {
  readonly helper: string;
  /** How it failed, as a verb's clause. */
  readonly reason: string;
  /** The line with its error. */
  readonly said?: string;
}

/** The variables by which helpers of clouds log in, and those of `pass`. */
const neededByHelpers = [
  ...['AZURE_*', 'ACR_*', 'AWS_*', 'GOOGLE_*', 'CLOUDSDK_*', 'ACTIONS_ID_TOKEN_REQUEST_*'],
  ...['GNUPGHOME', 'GPG_*', 'PASSWORD_STORE_*'],
];

/**
 * Asks a `docker-credential-*` program, whose protocol is: address in, JSON out.
 * @returns undefined when the helper has nothing for the address.
 */
export async function askHelper(
  helper: string,
  address: string,
  timeoutMs: number,
): Promise<Credentials | HelperTrouble | undefined> {
  if (!/^[\w.-]+$/.test(helper)) return { helper, reason: 'has a name that no program can have' };
  const env = childEnvironment(process.env, neededByHelpers);
  const options = { input: address, stderr: 'ignore', timeoutMs, env } as const;
  const result = await runProcess(`docker-credential-${helper}`, ['get'], options);
  switch (result.state) {
    case 'not-started': {
      const { code } = result.cause;
      return { helper, reason: code === 'ENOENT' ? 'is not installed' : `cannot be started (${code})` };
    }
    case 'timed-out':
      return { helper, reason: `did not answer in ${timeoutMs / 1000} s` };
    case 'ended': {
      const output = result.stdout.toString();
      return result.code === 0 ? readAnswer(helper, output) : readError(helper, output, result.code);
    }
  }
}

function readAnswer(helper: string, output: string): Credentials | HelperTrouble | undefined {
  try {
    const { Username, Secret } = JSON.parse(output) as { Username?: string; Secret?: string };
    if (!Username || !Secret) return undefined;
    if (Username === '<token>') return { kind: 'identity-token', token: Secret };
    return { kind: 'password', user: Username, password: Secret };
  } catch {
    // What it said may hold a password, so it is not shown.
    return { helper, reason: 'returned something other than credentials' };
  }
}

/** Returns why a helper failed; that it has nothing is an error of helpers, too, in these words. */
function readError(helper: string, output: string, code: number): HelperTrouble | undefined {
  const line = output.trim().split('\n', 1)[0] ?? '';
  if (/credentials not found|no credentials/.test(line)) return undefined;
  const said = line === '' || line.includes('{') ? {} : { said: line.slice(0, 300) };
  return { helper, reason: `ended with an error (${code})`, ...said };
}

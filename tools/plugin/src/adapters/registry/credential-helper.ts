import { spawn } from 'node:child_process';
import type { Credentials } from '../../model/release/credentials.ts';

/** A helper that does not do its work. */
export interface HelperTrouble {
  readonly helper: string;
  /** What is wrong with it, as a verb's clause. */
  readonly reason: string;
  /** The line by which it tells of its error. */
  readonly told?: string;
}

/**
 * Asks a `docker-credential-*` program, whose protocol is: address in, JSON out.
 * @param timeout milliseconds.
 * @returns undefined when the helper has nothing for the address.
 */
export function askHelper(
  helper: string,
  address: string,
  timeout: number,
): Promise<Credentials | HelperTrouble | undefined> {
  if (!/^[\w.-]+$/.test(helper)) return Promise.resolve({ helper, reason: 'has a name that no program can have' });
  return new Promise((resolve) => {
    const child = spawn(`docker-credential-${helper}`, ['get'], {
      env: process.env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // Not spawn's own `timeout`: of a helper that is not installed it would keep the process alive.
    const timer = setTimeout(() => {
      child.kill();
      // What the helper itself has started would keep the pipe open.
      child.stdout.destroy();
      resolve({ helper, reason: `did not answer in ${timeout / 1000} s` });
    }, timeout);
    const end = (answer: Credentials | HelperTrouble | undefined) => {
      clearTimeout(timer);
      resolve(answer);
    };
    let output = '';
    child.on('error', ({ code }: NodeJS.ErrnoException) =>
      end({ helper, reason: code === 'ENOENT' ? 'is not installed' : `cannot be started (${code})` }),
    );
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('close', (code) => end(code === 0 ? readAnswer(helper, output) : readError(helper, output, code)));
    child.stdin.on('error', () => {});
    child.stdin.end(address);
  });
}

function readAnswer(helper: string, output: string): Credentials | HelperTrouble | undefined {
  try {
    const { Username, Secret } = JSON.parse(output) as { Username?: string; Secret?: string };
    if (!Username || !Secret) return undefined;
    if (Username === '<token>') return { kind: 'identity-token', token: Secret };
    return { kind: 'password', user: Username, password: Secret };
  } catch {
    // What it said may hold a password, so it is not shown.
    return { helper, reason: 'answers with something else than credentials' };
  }
}

/** That it has nothing a helper tells as an error, too, in these words. */
function readError(helper: string, output: string, code: number | null): HelperTrouble | undefined {
  const line = output.trim().split('\n', 1)[0] ?? '';
  if (/credentials not found|no credentials/.test(line)) return undefined;
  const told = line === '' || line.includes('{') ? {} : { told: line.slice(0, 300) };
  return { helper, reason: `ended with an error (${code ?? 'killed'})`, ...told };
}

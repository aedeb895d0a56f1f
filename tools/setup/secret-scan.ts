import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGitleaks } from '../local-platform/src/platform.ts';
import { tryCommand } from '../local-platform/src/processes/run-command.ts';

/**
 * Looks for secrets in the repository's history and in its working tree, with gitleaks (`tools/local-platform/modules`) and
 * the exceptions of `.gitleaks.toml`. Before that it holds the scanner against a repository that has some.
 */
const root = join(import.meta.dirname, '..', '..');
const config = join(root, '.gitleaks.toml');
const gitleaks = await buildGitleaks();

if (!(await findsPlanted()))
  fail('The scanner does not find what was planted for it: what it says of the repository is worth nothing.');
for (const [place, mode] of [
  ['history', 'git'],
  ['working tree', 'dir'],
] as const) {
  const { code, output } = await scan(mode, root);
  if (code !== 0) {
    console.error(output);
    fail(
      `There are secrets in the ${place}. Revoke them; if they are made up, make them when the test runs, from parts.`,
    );
  }
}
console.log('No secret in the history or in the working tree.');

/** Reports whether a token is found that is in no file any more, and one that is in no commit yet. */
async function findsPlanted(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'poc-planted-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: folder,
      stdio: 'ignore',
    });
  const token = () => `ghp_${randomBytes(18).toString('hex')}`;
  try {
    git('init', '--quiet');
    writeFileSync(join(folder, 'a.txt'), `${token()}\n`);
    git('add', '.');
    git('commit', '--quiet', '--no-gpg-sign', '-m', 'one');
    writeFileSync(join(folder, 'a.txt'), 'gone\n');
    git('commit', '--quiet', '--no-gpg-sign', '-am', 'two');
    const isClean = (await scan('dir', folder)).code === 0;
    const inHistory = (await scan('git', folder)).code === 1;
    writeFileSync(join(folder, 'b.txt'), `${token()}\n`);
    return isClean && inHistory && (await scan('dir', folder)).code === 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns 0 when nothing was found, 1 when something was: its place without the secret itself. */
async function scan(mode: 'git' | 'dir', folder: string): Promise<{ code: number; output: string }> {
  // From the folder itself: paths of exceptions begin there.
  const argv = [gitleaks, mode, '--no-banner', '--no-color', '--redact', '--verbose', '--exit-code=1'];
  const { code, stdout, lastLines } = await tryCommand([...argv, `--config=${config}`, '.'], { cwd: folder });
  return { code, output: [stdout.trim(), ...lastLines.slice(-2)].join('\n') };
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

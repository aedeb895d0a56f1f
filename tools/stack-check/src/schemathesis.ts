import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../../scratch-workspace/src/platform.ts';
import { runCommand, runSuccessfully } from '../../scratch-workspace/src/run-command.ts';

const lock = join(repositoryRoot, 'tools/stack-check/schemathesis/schemathesis.lock');
const main =
  'import sys; from schemathesis.cli import schemathesis; sys.argv[0] = "schemathesis"; sys.exit(schemathesis())';

/** The same requests each time, and few enough for a few seconds. */
const bounded = ['--seed', '1', '--max-examples', '10', '--max-failures', '5'];
/** A machine that is busy is no failure. */
const patient = ['--request-timeout', '60', '--suppress-health-check', 'all'];
/** Nothing of earlier runs, and nothing for later ones. */
const alone = ['--generation-database', 'none', '--no-color', '--warnings', 'off'];

/** Where it is installed, once for all in a process. */
let installed: Promise<string> | undefined;

/**
 * Asks a service what comes to Schemathesis' mind when it reads its description: what is allowed at its limits, what is
 * not, and methods that are not described.
 * @param check the only one to be made; all when omitted. @returns what fell short, as it tells it; '' when nothing did.
 */
export async function findContradictions(description: string, port: number, check?: string): Promise<string> {
  const packages = await (installed ??= install());
  const folder = mkdtempSync(join(tmpdir(), 'schemathesis-'));
  try {
    const checks = check === undefined ? [] : ['--checks', check];
    const where = ['--url', `http://127.0.0.1:${port}`, ...checks];
    const args = ['-c', main, 'run', description, ...where, ...bounded, ...patient, ...alone];
    // Python and the service both read them.
    const env = { PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', COLUMNS: '120' };
    const { code, output } = await runCommand('python3', args, { cwd: folder, env });
    return code === 0 ? '' : contradictionsIn(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns what an output tells of failures; all of it when it tells something else. */
export function contradictionsIn(output: string): string {
  const [, failures] = /^=+ (?:FAILURES|ERRORS) =+\n([\s\S]*?)^=+ SUMMARY =+$/m.exec(output) ?? [];
  return (failures ?? output).trim().slice(0, 6000);
}

/** Installs it, where that was not done before. @returns the folder of its packages. */
async function install(): Promise<string> {
  const version = await runSuccessfully('python3', ['-c', 'import sys; print(sys.version_info[:2])']);
  const hash = createHash('sha256').update(version).update(readFileSync(lock)).digest('hex').slice(0, 16);
  const cache = join(repositoryRoot, 'node_modules/.cache/schemathesis');
  const folder = join(cache, hash);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, 'unfinished-'));
  const options = ['--quiet', '--require-hashes', '--only-binary=:all:', '--no-compile'];
  const what = ['-m', 'pip', 'install', ...options, '--target', unfinished, '-r', lock];
  await runSuccessfully('python3', what);
  try {
    renameSync(unfinished, folder);
  } catch {
    // Somebody else was faster.
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

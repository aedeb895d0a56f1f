import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { streamOutput } from '../src/command/output.ts';
import { contextName } from '../src/addresses.ts';
import { nodeImageIsPossible } from '../src/providers/kind.ts';
import { OwnEngine } from './own-engine.ts';

/**
 * Brings up a cluster of kind, runs upon it what services rely on, the suites of the whole product that are named (or one), and the
 * demo, and looks that `down` leaves nothing: `npm run test:kind`. With `--own-engine`, as root on Linux, in an engine
 * and a network of its own, beside a platform that runs; otherwise on the platform's own names and ports, which have to be free.
 * Where the node image cannot be pulled it is made.
 */
const root = join(import.meta.dirname, '..', '..', '..');
const tsx = [process.execPath, join(root, 'node_modules/tsx/dist/cli.mjs')];
const jest = [process.execPath, join(root, 'node_modules/jest/bin/jest.js')];
const platform = [...tsx, 'tools/local-platform/src/main.ts'];
const output = streamOutput();

const flags = process.argv.slice(2);
const named = flags.filter((flag) => !flag.startsWith('--'));
const suites = named.length > 0 ? named : ['cluster/floor'];
const engine = flags.includes('--own-engine') ? new OwnEngine() : undefined;
const env = { ...process.env, ...engine?.env, NX_DAEMON: 'false' };

/** Runs a command and shows what it says. @returns whether it succeeded. */
function run(argv: readonly string[]): Promise<boolean> {
  const [command = '', ...args] = engine?.inside(argv) ?? argv;
  output.say(`\n── ${argv.slice(2).join(' ')}\n`);
  const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' });
  return new Promise((resolve) => child.on('close', (code) => resolve(code === 0)));
}

/** Runs a command. @returns its output. */
function read(argv: readonly string[]): Promise<string> {
  const [command = '', ...args] = engine?.inside(argv) ?? argv;
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  return new Promise((resolve) => child.on('close', () => resolve(text)));
}

const failed: string[] = [];
const check = async (name: string, argv: readonly string[]) => {
  if (!(await run(argv))) failed.push(name);
};

try {
  await engine?.start();
  if (engine !== undefined) Object.assign(process.env, engine.env);
  if (!(await nodeImageIsPossible(undefined)))
    await check('the node image', [...tsx, 'tools/local-platform/src/kind-node/main.ts']);
  await check('npm run demo', [...tsx, 'tools/demo/src/main.ts']);
  await check('up', [...platform, 'up', '--provider=kind']);
  await check('what services rely on', [...jest, '-c', 'tools/e2e/jest.kind.config.cjs']);
  await check(suites.join(', '), [...jest, '-c', 'tools/e2e/jest.config.cjs', '--runInBand', `/(${suites.join('|')})`]);
  await check('down', [...platform, 'down']);
  const left = await read(['docker', 'ps', '--all', '--quiet', `--filter=name=^${contextName}`]);
  if (left.trim() !== '') failed.push('down leaves nothing');
} finally {
  await engine?.stop();
}
console.log(failed.length === 0 ? '\nAll of it holds on kind.' : `\nFailed on kind: ${failed.join('; ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestedCommands } from '../../graph/task-hooks/requested-command.ts';
import { serviceTargets } from '../../graph/targets.ts';
import { checkBeforehand } from './check-beforehand.ts';

let root: string;
const write = (path: string, text: string) => writeFileSync(join(root, path), text);

/** Writes what Nx keeps of a workspace whose only service has these options in its project.json. */
function keepGraph(options: object, others: object = {}): void {
  const release = { ...serviceTargets['release'], options };
  const orders = {
    name: 'orders',
    type: 'app',
    data: { root: 'apps/orders', targets: { ...others, release } },
  };
  write('.nx/workspace-data/project-graph.json', JSON.stringify({ nodes: { orders }, dependencies: {} }));
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'check-beforehand-'));
  for (const folder of ['Infrastructure/environments', '.nx/workspace-data'])
    mkdirSync(join(root, folder), { recursive: true });
  const keys = { cluster: { context: 'c' }, registry: 'r.example' };
  const preprod = { name: 'preprod', order: 1, namespace: 'preprod', deploy: 'automatic', ...keys };
  const prod = { name: 'prod', order: 2, namespace: 'prod', deploy: 'manual', protected: true, ...keys };
  for (const each of [preprod, prod]) write(`Infrastructure/environments/${each.name}.yaml`, JSON.stringify(each));
  mkdirSync(join(root, 'apps/orders'), { recursive: true });
  write('apps/orders/Dockerfile', 'FROM scratch AS runtime\n');
  write('.gitignore', '.nx\n');
  const git = (...argv: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...argv], { cwd: root });
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'all');
});
afterAll(() => rmSync(root, { recursive: true }));

let shown: string;
const { PATH } = process.env;
beforeEach(() => {
  keepGraph({});
  // A machine that has an engine.
  mkdirSync(join(root, '.nx/bin'), { recursive: true });
  write('.nx/bin/podman', '');
  process.env['PATH'] = `${join(root, '.nx/bin')}:${PATH}`;
  shown = '';
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += String(text);
    return true;
  });
  jest.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`ended with ${code}`);
  });
});
afterEach(() => {
  rmSync(join(root, 'new.txt'), { force: true });
  jest.restoreAllMocks();
  process.env['PATH'] = PATH;
});

/** @returns what was shown to whoever typed it, or nothing when the command may begin. */
async function check(line: string): Promise<string> {
  const argv = ['node', 'nx', ...line.split(' ')];
  try {
    await checkBeforehand(requestedCommands(argv), { argv, workspaceRoot: root });
  } catch (error) {
    expect(String(error)).toBe('Error: ended with 2');
  }
  return shown;
}

it.each([
  ['an unknown environment', 'run orders:release --env=prd', 'prod'],
  ['a bad timeout', 'run orders:release --timeout=5m', '--timeout cannot be "5m"'],
  ['a misspelt option', 'run orders:release --dry-runn', 'A similar option is `--dry-run`.'],
  ['a missing approval', 'run orders:release --env=prod', 'prod is protected'],
  ['a missing approval of many', 'run-many -t release --env=preprod,prod', 'deploy the services to prod'],
])('refuses %s', async (_, line, text) => {
  const refusal = await check(line);
  expect(refusal).toContain(text);
  expect(refusal).toContain('Refused: nothing was deployed.');
});

it('refuses uncommitted changes', async () => {
  write('new.txt', '');
  expect(await check('run orders:release')).toContain('new.txt');
  shown = '';
  expect(await check('run-many -t docker-release')).toBe('');
  expect(await check('run orders:release --allow-dirty')).toContain('allowDirty');
});

it.each([
  ['a key that there is not', { taget: 'runtime' }, 'Did you mean "target"?'],
  ['a stage that there is not', { target: 'runtim' }, 'Did you mean "runtime"?'],
])('refuses a build with %s, before anything is built', async (_, build, told) => {
  keepGraph({}, { 'docker-release': { ...serviceTargets['docker-release'], options: { build } } });
  expect(await check('run orders:release')).toContain(told);
  shown = '';
  expect(await check('run orders:docker-release')).toContain(told);
  shown = '';
  expect(await check('run orders:release --only=deploy')).toBe('');
  expect(await check('run-many -t release')).toBe('');
});

it('refuses an image on a machine without a container engine', async () => {
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  mkdirSync(join(root, '.nx/git-only'));
  symlinkSync(git, join(root, '.nx/git-only/git'));
  process.env['PATH'] = join(root, '.nx/git-only');
  keepGraph({}, serviceTargets);
  const refusal = await check('run orders:docker-release --allow-dirty');
  expect(refusal).toContain('Neither docker nor podman can be used here.');
  shown = '';
  expect(await check('run orders:docker-release --allow-dirty --dry-run')).toBe('');
});

it.each(['run orders:release', 'run orders:release --env=prod --dry-run', 'run-many -t release --parallel=3'])(
  'lets nx %s begin',
  async (line) => expect(await check(line)).toBe(''),
);

it('leaves to the command what project.json says besides', async () => {
  keepGraph({ approve: true, allowDirty: true });
  write('new.txt', '');
  expect(await check('run orders:release --env=prod')).toBe('');
  expect(await check('run orders:release --env=prd')).toContain('prod');
});

it('leaves it to Nx to end where the process is one of its workers', async () => {
  Object.assign(globalThis, { NX_PLUGIN_WORKER: true });
  const argv = ['node', 'nx', 'run', 'orders:release', '--timeout=5m'];
  const checked = checkBeforehand(requestedCommands(argv), { argv, workspaceRoot: root });
  await expect(checked).rejects.toThrow('--timeout cannot be "5m"');
  Reflect.deleteProperty(globalThis, 'NX_PLUGIN_WORKER');
});

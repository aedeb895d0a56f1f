import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ProjectGraph } from '@nx/devkit';
import { InMemorySourceRepository } from '../../../../../twins/src/in-memory-source-repository.ts';
import { ClosureIndex } from '../../../adapters/workspace/closure-index.ts';
import { contentHash } from '../../../adapters/workspace/content.ts';
import { serviceIn } from '../../../adapters/workspace/service.ts';
import { triggerPaths } from '../../../adapters/workspace/trigger-paths.ts';
import { parseNodeLockfile } from '../../../model/changes/dependencies/npm/node-dependencies.ts';
import { changedPackages, type NodeLockfile } from '../../../model/changes/dependencies/npm/node-lockfile.ts';

const workspace = join(__dirname, '../../../../../..');
const recorded = join(__dirname, 'recorded');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packages-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Lock files that package managers wrote (tools/setup/record-lockfiles.ts). */
const lockFiles = [
  ['npm', 'package-lock.json'],
  ['shrinkwrap', 'npm-shrinkwrap.json'],
  ['pnpm', 'pnpm-lock.yaml'],
  ['yarn-1', 'yarn.lock'],
  ['yarn-4', 'yarn.lock'],
  ['bun', 'bun.lock'],
] as const;

/** Each service imports one package, which needs another one. */
const imports = { orders: 'debug', payments: 'is-odd' };

const versionOf = { before: '2.0.0', after: '3.0.1' };
type Side = keyof typeof versionOf;

const nxJson = {
  plugins: [join(workspace, 'tools/nx/graph.cjs')],
  pluginsConfig: { '@nx/js': { analyzeSourceFiles: true } },
  analytics: false,
  neverConnectToCloud: true,
};

/** Makes a workspace with a recorded lock file, as it lies on a machine where its packages are installed. */
function makeWorkspace(manager: string, lockFile: string, side: Side): string {
  const root = join(folder, `${manager}-${side}`);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write(
    'package.json',
    JSON.stringify({ name: 'shop', version: '0.0.0', dependencies: { debug: '4.3.4', 'is-odd': versionOf[side] } }),
  );
  write('nx.json', JSON.stringify(nxJson));
  write('.gitignore', 'node_modules\n.nx\n');
  // What Nx reads of pnpm's installation.
  write('node_modules/.modules.yaml', 'hoistedDependencies: {}\n');
  for (const [name, imported] of Object.entries(imports)) {
    write(`apps/${name}/project.json`, JSON.stringify({ name }));
    write(`apps/${name}/src/main.ts`, `import all from '${imported}';\nconsole.log(all);\n`);
  }
  cpSync(join(recorded, manager, side, lockFile), join(root, lockFile));
  return root;
}

/** Nx's own graph of a workspace, with the packages that `nx graph --file` leaves out. */
async function graphOf(root: string): Promise<ProjectGraph> {
  const script = `require('@nx/devkit').createProjectGraphAsync({ exitOnError: false }).then((graph) =>
    require('node:fs').writeFileSync('graph.out', JSON.stringify(graph)))`;
  const variables = Object.entries(process.env).filter(([name]) => !/^(NX_|JEST_|NODE_OPTIONS)/.test(name));
  await promisify(execFile)(process.execPath, ['-e', script], {
    cwd: root,
    env: {
      ...Object.fromEntries(variables),
      // No package manager is asked.
      PATH: '/usr/bin:/bin',
      NODE_PATH: join(workspace, 'node_modules'),
      NX_DAEMON: 'false',
      NX_NO_CLOUD: 'true',
      NX_WORKSPACE_ROOT_PATH: root,
    },
  });
  return JSON.parse(readFileSync(join(root, 'graph.out'), 'utf8')) as ProjectGraph;
}

it.each(lockFiles)('releases the one service that uses a package when %s upgrades it', async (manager, lockFile) => {
  const roots = (['before', 'after'] as const).map((side) => makeWorkspace(manager, lockFile, side));
  const graphs = await Promise.all(roots.map(graphOf));
  const repository = new InMemorySourceRepository({ 'apps/orders/a.ts': 'a', 'apps/payments/a.ts': 'a' });
  const contents = await Promise.all(
    graphs.map(async (graph) => {
      const of = (name: string) => contentHash(serviceIn(graph, {}, name), repository, 'working-tree');
      return { orders: await of('orders'), payments: await of('payments') };
    }),
  );
  expect(contents[1]!.orders).toBe(contents[0]!.orders);
  expect(contents[1]!.payments).not.toBe(contents[0]!.payments);

  const packages = graphs.map((graph) =>
    ['orders', 'payments'].map((name) =>
      [...new Set(serviceIn(graph, {}, name).packages.map((each) => each.replace(/#.*/, '')))].sort(),
    ),
  );
  expect(packages).toEqual([
    [
      ['debug@4.3.4', 'ms@2.1.2'],
      ['is-number@4.0.0', 'is-odd@2.0.0'],
    ],
    [
      ['debug@4.3.4', 'ms@2.1.2'],
      ['is-number@6.0.0', 'is-odd@3.0.1'],
    ],
  ]);

  // A commit that brings the upgrade concerns that service alone: `where`, behind, lead time.
  const [before, after] = roots.map(
    (root) => parseNodeLockfile(lockFile, readFileSync(join(root, lockFile), 'utf8')) as NodeLockfile,
  );
  const changed = changedPackages(before!, after!);
  expect([...changed].sort()).toEqual(['is-number', 'is-odd']);
  const services = new ClosureIndex(graphs[1]!, {}, ['orders', 'payments']);
  for (const name of changed) expect([...services.usersOf(name)]).toEqual(['payments']);
  const isLock = (path: string) => path === lockFile;
  expect(triggerPaths(serviceIn(graphs[1]!, {}, 'orders'), isLock, isLock).paths).toContain(lockFile);
});

import type { ProjectGraph } from '@nx/devkit';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { releaseIt } from '../../../../../../twins/src/release-it.ts';
import { ordersManifests, ReleaseScenario } from '../../../../../../twins/src/release-scenario.ts';
import { GitRepository } from '../../../../adapters/git/git-repository.ts';
import { serviceOf } from '../../running/workspace-service.ts';

const temp = mkdtempSync(join(tmpdir(), 'git-processes-'));
const root = join(temp, 'clone');
const trace = join(temp, 'trace');
afterAll(() => rmSync(temp, { recursive: true }));

function git(...args: readonly string[]): string {
  const who = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...who, ...args], { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function commit(): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', 'change');
  git('push', '--quiet', 'origin', 'HEAD:main');
}

const graph = {
  nodes: { orders: { type: 'app', name: 'orders', data: { root: 'apps/orders' } } },
  dependencies: {},
} as unknown as ProjectGraph;
const nxJsonConfiguration = { namedInputs: { production: ['{projectRoot}/**/*'] } };

beforeAll(() => {
  mkdirSync(root);
  git('init', '--quiet');
  git('init', '--quiet', '--bare', join(temp, 'origin.git'));
  git('remote', 'add', 'origin', join(temp, 'origin.git'));
  write('nx.json', '{}');
  write('package.json', '{ "name": "shop" }');
  write('apps/orders/project.json', '{ "name": "orders" }');
  write('apps/orders/Dockerfile', 'FROM node:24\nCOPY src .');
  write('apps/orders/src/main.ts', '1');
  write('apps/orders/k8s/all.yaml', ordersManifests);
  commit();
});

/** What is started again only where time has passed: the listing of refs is old by then, or the reader of objects had ended. */
const again = /^git (ls-remote|cat-file --batch)/;

/**
 * Runs something. @returns the commands of git that it started, and that these did not start themselves. What a slow machine
 * starts again counts once.
 */
async function gitCommandsOf(action: () => Promise<unknown>): Promise<string[]> {
  writeFileSync(trace, '');
  process.env['GIT_TRACE2_EVENT'] = trace;
  try {
    await action();
  } finally {
    delete process.env['GIT_TRACE2_EVENT'];
  }
  const events = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const commands = events.flatMap((line): string[] => {
    const { event, sid, argv } = JSON.parse(line) as { event: string; sid: string; argv: string[] };
    return event === 'start' && !sid.includes('/')
      ? [argv.filter((each) => !/quotepath|^-c$/.test(each)).join(' ')]
      : [];
  });
  return commands.filter((each, index) => !again.test(each) || commands.indexOf(each) === index);
}

/** A command of its own, as a process has it: nothing is known from before. */
async function release(scenario: ReleaseScenario): Promise<void> {
  const repository = new GitRepository(root);
  const service = serviceOf('orders', { root, projectGraph: graph, nxJsonConfiguration }, repository);
  const ports = { ...scenario.ports, repository };
  await releaseIt(Object.create(scenario, { service: { value: service }, ports: { value: ports } }) as ReleaseScenario);
}

/**
 * Those of a release in a clone with an origin: what lies on the disk is looked at three times (is anything uncommitted, may it
 * be built, is it the same after the build), two refs are pushed, and the forge's notes read the history once.
 */
const most = 24;

it('starts few processes of git for a release', async () => {
  const scenario = new ReleaseScenario();
  await release(scenario);
  write('apps/orders/src/main.ts', '2');
  commit();
  const commands = await gitCommandsOf(() => release(scenario));
  expect(commands.filter((command) => / push /.test(command))).toHaveLength(2);
  if (commands.length > most) throw new Error(`${commands.length} processes, ${most} at most:\n${commands.join('\n')}`);
});

it('starts fewer where there is nothing to do', async () => {
  const scenario = new ReleaseScenario();
  await release(scenario);
  const commands = await gitCommandsOf(() => release(scenario));
  expect(commands.length).toBeLessThanOrEqual(7);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Gitea } from '../../../gitea/src/gitea.ts';
import { GitHubDescription } from '../../../simulators/src/github/github-description.ts';
import { GitHubSimulator } from '../../../simulators/src/github/github-simulator.ts';
import {
  firstRunId,
  GitHubRepository,
  type WorkflowEvent,
  type WorkflowRun,
} from '../../../simulators/src/github/github-runner.ts';
import { repositoryRoot } from '../../../scratch-workspace/src/platform.ts';
import { runningBuild } from '../../../scratch-workspace/src/state/running-build.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

// Each step of a workflow is done for real, on a machine that may be busy; Gitea and act are built once.
jest.setTimeout(30 * 60_000);

let gitea: Gitea;
let workspace: ScratchWorkspace;
let repository: GitHubRepository;
/** The same at GitHub, as far as it knows of approvals, of which Gitea knows nothing. */
let guarded: GitHubRepository;
let github: GitHubSimulator;

beforeAll(async () => {
  gitea = await Gitea.start();
  workspace = await ScratchWorkspace.create('github workflows');
  await workspace.git(['remote', 'set-url', 'origin', await gitea.createRepository('shop')]);
  await workspace.git(['push', '--quiet', 'origin', 'main']);
  await gitea.noticesPush('shop');
  const kubeconfig = (name: string) => readFileSync(workspace.kubeconfig(name), 'utf8');
  const settings = {
    server: `http://${gitea.host}`,
    api: gitea.api,
    repository: 'acme/shop',
    token: gitea.token,
    secrets: {
      KUBECONFIG_DEV: kubeconfig('dev'),
      KUBECONFIG_PREPROD: kubeconfig('preprod'),
      KUBECONFIG_PROD: kubeconfig('prod'),
      PLANNER_KUBECONFIG_DEV: kubeconfig('dev'),
      PLANNER_KUBECONFIG_PREPROD: kubeconfig('preprod'),
      PLANNER_KUBECONFIG_PROD: kubeconfig('prod'),
    },
    packages: join(repositoryRoot, 'node_modules'),
  };
  repository = new GitHubRepository(settings);
  github = await GitHubSimulator.start(await GitHubDescription.load());
  Object.assign(github, { token: gitea.token, hasAllTags: true });
  guarded = new GitHubRepository({ ...settings, api: github.api });
});
afterAll(async () => {
  repository?.remove();
  guarded?.remove();
  await github?.stop();
  expect(github?.complaints).toEqual([]);
  await workspace?.remove();
  await gitea?.remove();
});

/** Runs a workflow that must end well. */
async function well(file: string, event: WorkflowEvent, at = repository): Promise<WorkflowRun> {
  const run = await at.run(file, event);
  if (!run.isSuccess) throw new Error(`${file} failed:\n${run.log}`);
  return run;
}

const running = (service: string, environment: string) => runningBuild(workspace, service, environment);
const namesOf = ({ jobs }: WorkflowRun) => [...new Set(jobs.map(({ name }) => name))].sort();
const first: Record<string, string> = {};

describe('release.yml, by hand', () => {
  it('releases two services at once, from one file', async () => {
    const names = ['orders', 'payments'];
    const runs = await Promise.all(names.map((service) => well('release.yml', { inputs: { service } })));
    const tags = await workspace.git(['ls-remote', '--tags', 'origin']);
    const releases = (await gitea.ask('GET', '/repos/acme/shop/releases')) as { tag_name: string; body: string }[];
    for (const [index, service] of names.entries()) {
      const run = runs[index]!;
      expect(namesOf(run)).toEqual(['build-one', 'check-one', 'outdated', 'release-one', 'specification']);
      expect(run.log).not.toContain(gitea.token);
      // What deploys builds nothing, and needs Node.js alone.
      expect(run.log).toMatch(/^\[build-one\] go \S+ is 1\.24, cache false$/m);
      expect(run.log).not.toMatch(/^\[release-one\] go /m);
      first[service] = await running(service, 'preprod');
      expect(first[service]).toMatch(/^\d{8}-1$/);
      expect(tags).toContain(`refs/tags/${service}-${first[service]}`);
      const release = releases.find(({ tag_name: tag }) => tag === `${service}-${first[service]}`);
      expect(release?.body).toContain('Image: `sha256:');
      const published = join(run.artifacts, 'specification/apps', service, 'openapi.yaml');
      expect(readFileSync(published, 'utf8')).toBe(workspace.read(`apps/${service}/openapi.yaml`));
    }
  });
});

describe('promote.yml', () => {
  it('brings a service to prod by a plan, in the name of the person whom GitHub names', async () => {
    const inputs = { service: 'orders', to: 'prod', tag: '', force: false };
    // Gitea runs whatever names an environment, and has none.
    const refused = await repository.run('promote.yml', { inputs });
    expect([refused.isSuccess, await running('orders', 'prod')]).toEqual([false, '']);
    expect(refused.log).toContain('GitHub has no environment "prod"');
    github.actions.addEnvironment('prod', ['grace'], true);
    github.actions.begin(firstRunId);
    github.actions.review(firstRunId, 'approved', { login: 'grace' }, 'prod');
    const run = await well('promote.yml', { inputs }, guarded);
    expect(namesOf(run)).toEqual(['plan-prod', 'promote-prod']);
    // What the approver sees, and the gated job does, is chosen before the gate.
    const [plan] = /plan-[0-9a-f]{32}/.exec(run.log) ?? [];
    expect(run.log).toContain(`[plan-prod] orders: the plan is ${plan}; to approve of it: `);
    expect(run.log).toContain(`--tag=${first['orders']} --approve=${plan}`);
    // It builds nothing, and needs Node.js alone.
    expect(run.log).toMatch(/^\[promote-prod\] node \S+ is >=20\.19, cache npm$/m);
    expect(run.log).not.toContain('setup-go');
    expect(await running('orders', 'prod')).toBe(first['orders']);
    expect(await running('payments', 'prod')).toBe('');
    const history = await workspace.taskSuccessfully(['run', 'orders:history', '--env=prod']);
    expect(history).toMatch(
      /ada, approved by grace \(review of the run at GitHub\) +http:\/\/\S+\/acme\/shop\/actions\/runs\/\d+/,
    );
  });
});

describe('release.yml, by a push', () => {
  /** Pushes what is committed, and does what GitHub does then. */
  const push = async (message: string) => {
    const before = await workspace.git(['rev-parse', 'origin/main']);
    await workspace.commit(message);
    await workspace.git(['push', '--quiet', 'origin', 'main']);
    return well('release.yml', { push: { before } });
  };
  const released = ({ jobs }: WorkflowRun) =>
    jobs.filter(({ name }) => name === 'release').map(({ matrix }) => matrix['projects']);

  it('releases what is outdated, as jobs of a matrix', async () => {
    workspace.edit('libs/service-host/src/index.ts', /$/, '\nexport const touched = true;\n');
    const run = await push('feat(service-host): something both services get');
    expect(released(run).sort()).toEqual(['inventory', 'orders', 'payments']);
    const tags = await workspace.git(['ls-remote', '--tags', 'origin']);
    for (const service of ['orders', 'payments']) {
      const build = await running(service, 'preprod');
      expect(build).not.toBe(first[service]);
      expect(tags).toContain(`refs/tags/${service}-${build}`);
    }
    expect(await running('inventory', 'preprod')).toMatch(/^\d{8}-1$/);
  });

  it('releases nothing when nothing is outdated', async () => {
    workspace.write('docs/anything.md', '# Anything\n');
    const run = await push('docs: words');
    expect(namesOf(run)).toEqual(['affected', 'outdated', 'specification']);
  });
});

describe('rollback.yml', () => {
  it('goes back to a release, and stays there', async () => {
    const inputs = { service: 'orders', environment: 'preprod', tag: first['orders']!, reason: 'orders are lost' };
    const run = await well('rollback.yml', { inputs });
    expect(namesOf(run)).toEqual(['rollback-preprod']);
    expect(await running('orders', 'preprod')).toBe(first['orders']);
    const history = await workspace.taskSuccessfully(['run', 'orders:history', '--env=preprod']);
    expect(history).toContain('orders are lost');
  });
});

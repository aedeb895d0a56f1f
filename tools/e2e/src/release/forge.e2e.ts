import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitHubForge } from '../../../plugin/src/adapters/github/github-forge.ts';
import { findForgeAccess } from '../../../plugin/src/model/forge/forge-access.ts';
import { forgeContract } from '../../../contracts/src/forge-contract.ts';
import { GitHubDescription } from '../../../simulators/src/github/github-description.ts';
import { GitHubSimulator, simulatorToken } from '../../../simulators/src/github/github-simulator.ts';
import { ApiProxy } from '../../../gitea/src/api-proxy.ts';
import { Gitea } from '../../../gitea/src/gitea.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let gitea: Gitea;
/** Gitea is built where it was not before: 3 minutes alone, longer beside others. */
const buildTimeout = 30 * 60_000;

beforeAll(async () => void (gitea = await Gitea.start()), buildTimeout);
afterAll(() => gitea?.remove());

/** The adapter, as a command would connect it, to the API at an address. */
function connect(origin: string, api: string): GitHubForge {
  const access = findForgeAccess(origin, { GITHUB_API_URL: api, GITHUB_TOKEN: gitea.token });
  if ('reason' in access) throw new Error(access.reason);
  return new GitHubForge(access, { secondMs: 100, answerMs: 10_000, wholeMs: 60_000, spaced: false });
}

describe('the adapter at Gitea', () => {
  let folder: string;
  let repository: string;
  const git = (...args: string[]) => runSuccessfully('git', args, { cwd: folder });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'poc e2e forge '));
    repository = await gitea.createRepository('contract');
    await git('init', '--quiet', '--initial-branch=main');
    const me = ['-c', 'user.name=Ada', '-c', 'user.email=ada@localhost'];
    await git(...me, 'commit', '--quiet', '--allow-empty', '--message=one');
    await git('push', '--quiet', repository, 'main');
    await gitea.noticesPush('contract');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  forgeContract(async () => ({
    forge: connect(repository, gitea.api),
    unreachable: connect(repository, 'http://127.0.0.1:9/api/v1'),
    hasDeployments: false,
    push: async (tag) => {
      await git('push', '--quiet', repository, `main:refs/tags/${tag}`);
      return git('rev-parse', 'main');
    },
    stateOf: async () => undefined,
  }));
});

describe('with Gitea as origin', () => {
  let workspace: ScratchWorkspace;
  let proxy: ApiProxy;

  beforeAll(async () => {
    workspace = await ScratchWorkspace.create('forge');
    proxy = await ApiProxy.start(gitea);
    const origin = await gitea.createRepository('shop');
    await workspace.git(['remote', 'set-url', 'origin', origin]);
    await workspace.git(['push', '--quiet', 'origin', 'main']);
    await gitea.noticesPush('shop');
  });
  afterAll(async () => {
    await proxy?.stop();
    await workspace?.remove();
  });

  const task = (...args: string[]) =>
    workspace.task(args, { env: { GITHUB_TOKEN: gitea.token, GITHUB_API_URL: proxy.api } });
  const releases = async () =>
    (await gitea.ask('GET', '/repos/acme/shop/releases')) as { tag_name: string; name: string; body: string }[];
  const tags = async () => (await releases()).map(({ tag_name: tag }) => tag.replace(/\d{8}/, 'today')).sort();

  it('a release is shown there, with its image and commit; the token is nowhere', async () => {
    const { code, output } = await task('run', 'payments:release');
    expect(output).toMatch(/GitHub release: http:\/\/127\.0\.0\.1:\d+\/acme\/shop\/releases\/tag\/payments-\d{8}-1/);
    expect(output).toMatch(/preprod: no GitHub deployment: 127\.0\.0\.1:\d+ keeps no deployments/);
    expect(output).not.toContain(gitea.token);
    expect(code).toBe(0);
    const head = await workspace.git(['rev-parse', 'HEAD']);
    const message = await workspace.git(['tag', '--list', '--format=%(contents)', 'payments-*-1']);
    const digest = /Image-Digest: (sha256:[0-9a-f]{64})/.exec(message)?.[1];
    expect(output).toContain(`released ${digest?.slice(0, 'sha256:'.length + 12)}`);
    const [release, ...others] = await releases();
    expect(others).toEqual([]);
    expect(release?.name).toMatch(/^payments \d{8}-1$/);
    expect(release?.body).toBe(`The first release of payments.\n\n- Commit: ${head}\n- Image: \`${digest}\``);
  });

  it('the same again does nothing there', async () => {
    const asked: string[] = [];
    proxy.before = async (what) => void asked.push(what);
    const { output } = await task('run', 'payments:release');
    expect(output).toMatch(/payments \d{8}-1: nothing to do/);
    expect(asked).toEqual([]);
    expect(await releases()).toHaveLength(1);
  });

  it('an outage after the push costs the release nothing but what is shown there, and is told', async () => {
    workspace.edit('apps/payments/k8s/deployment.yaml', 'periodSeconds: 10', 'periodSeconds: 11');
    await workspace.commit('feat(payments): probe less often, says @ada');
    let isDown = false;
    proxy.before = async (what) => {
      if (what.endsWith('/releases')) isDown = true;
      if (isDown) await gitea.stop();
    };
    const { code, output } = await task('run', 'payments:release');
    expect(output).toMatch(
      /warning: no GitHub release of payments-\d{8}-2: 127\.0\.0\.1:\d+ could not be reached .*`nx run infrastructure:audit --repair`/,
    );
    expect(output).toMatch(/payments \d{8}-2: runs in preprod/);
    expect(output).not.toContain(gitea.token);
    expect(code).toBe(0);
    proxy.before = async () => {};
    await gitea.resume();
    expect(await tags()).toEqual(['payments-today-1']);
  });

  it('what is missing is made up for by an audit', async () => {
    const [tag] = (await workspace.git(['tag', '--list', 'payments-*-2'])).split('\n');
    const found = await task('run', 'infrastructure:audit');
    expect(found.output).toContain(`no-github-release: GitHub has no release ${tag}.`);
    expect(found.code).toBe(3);
    expect(await tags()).toEqual(['payments-today-1']);
    const mended = await task('run', 'infrastructure:audit', '--repair');
    expect(mended.output).toContain('fixed: no-github-release');
    expect(mended.output).not.toContain(gitea.token);
    expect(mended.code).toBe(0);
    expect(await tags()).toEqual(['payments-today-1', 'payments-today-2']);
    const body = (await releases()).find(({ tag_name: name }) => name === tag)?.body;
    expect(body).toContain('feat(payments): probe less often, says @&#8203;ada');
    const { code, output } = await task('run', 'infrastructure:audit');
    expect(output).toContain('All sources agree.');
    expect(code).toBe(0);
  });

  it('the next release tells of the commits since the one before', async () => {
    workspace.edit('apps/payments/k8s/deployment.yaml', 'periodSeconds: 11', 'periodSeconds: 12');
    const commit = await workspace.commit('feat(payments): probe even less often, says @ada');
    expect((await task('run', 'payments:release')).code).toBe(0);
    const newest = (await releases()).find(({ tag_name: tag }) => tag.endsWith('-3'));
    expect(newest?.body).toMatch(/^## payments: what changed\n\n\d{8}-2 \(`[0-9a-f]{12}`\) → \d{8}-3 /);
    expect(newest?.body).toContain('### Commits (1)');
    expect(newest?.body).toContain(
      `/acme/shop/commit/${commit}) feat(payments): probe even less often, says @&#8203;ada (End-to-end test)`,
    );
  });

  it('without a token it is said why nothing is shown', async () => {
    workspace.edit('apps/payments/k8s/deployment.yaml', 'periodSeconds: 12', 'periodSeconds: 13');
    await workspace.commit('feat(payments): probe hardly ever');
    const env = { GITHUB_TOKEN: '', GH_TOKEN: '', GITHUB_API_URL: proxy.api };
    const output = await workspace.taskSuccessfully(['run', 'payments:release'], { env });
    expect(output).toContain('no GitHub release: there is no GITHUB_TOKEN');
    expect(output).toContain('preprod: no GitHub deployment: there is no GITHUB_TOKEN');
  });

  it('at the simulator of GitHub, deployments are shown, and linked to the run and to what is deployed', async () => {
    workspace.edit('apps/payments/k8s/deployment.yaml', 'periodSeconds: 13', 'periodSeconds: 14');
    await workspace.commit('feat(payments): probe once in a while');
    const simulator = await GitHubSimulator.start(await GitHubDescription.load());
    simulator.hasAllTags = true;
    const server = `http://${gitea.host}`;
    const run = { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '7', GITHUB_ACTOR: 'ada' };
    const access = { GITHUB_TOKEN: simulatorToken, GITHUB_API_URL: simulator.api, GITHUB_SERVER_URL: server };
    const output = await workspace.taskSuccessfully(['run', 'payments:release'], { env: { ...run, ...access } });
    await simulator.stop();
    expect(simulator.complaints).toEqual([]);
    expect(output).not.toContain('warning');
    const links = { log_url: `${server}/acme/shop/actions/runs/7`, environment_url: expect.stringMatching(/^http/) };
    expect(simulator.seen.filter(({ path }) => path.includes('/deployments')).map(({ body }) => body)).toMatchObject([
      { environment: 'preprod/payments', description: expect.stringMatching(/^payments \d{8}-5: deploy by ada$/) },
      { state: 'in_progress', ...links },
      { state: 'success', description: expect.stringMatching(/-5 is serving\.$/), ...links },
    ]);
    const release = simulator.seen.find(({ path }) => path.endsWith('/releases'));
    expect(release?.body?.['body']).toContain(`- Made by: <${links.log_url}>`);
  });
});

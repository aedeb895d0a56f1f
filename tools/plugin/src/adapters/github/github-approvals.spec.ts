import type { ForgeAccess } from '../../model/forge/forge-access.ts';
import type { GitHubRun } from '../../model/forge/run-at-forge.ts';
import { Failure } from '../../model/errors/product-error.ts';
import { judgeApproval, type ApprovalJudgement } from '../../model/deploy/approval.ts';
import { GitHubDescription } from '../../../../simulators/src/github/github-description.ts';
import { GitHubSimulator, simulatorToken } from '../../../../simulators/src/github/github-simulator.ts';
import { GitHubApprovals } from './github-approvals.ts';
import type { Pace } from './octokit.ts';

/** So quick that what has to be waited for is over at once. */
const hurried: Pace = { secondMs: 1, answerMs: 10_000, wholeMs: 20_000, spaced: false };
const shop = { host: 'github.com', owner: 'acme', name: 'shop' };
const run = 4_000_000_001;

let description: GitHubDescription;
let simulator: GitHubSimulator;

// It may have to be downloaded first: 20 MB.
beforeAll(async () => {
  description = await GitHubDescription.load();
});
beforeEach(async () => {
  simulator = await GitHubSimulator.start(description);
  simulator.actions.addEnvironment('prod', ['alice', 'bob'], true);
  simulator.actions.addEnvironment('preprod', ['mallory']);
  simulator.actions.addEnvironment('unattended');
  simulator.actions.begin(run);
});
afterEach(async () => {
  await simulator.stop();
  expect(simulator.complaints).toEqual([]);
});

function approvals(changes: Partial<ForgeAccess> = {}, asked: Partial<GitHubRun> = {}): GitHubApprovals {
  const access = { api: simulator.api, repository: shop, token: simulatorToken, ...changes };
  return new GitHubApprovals(access, { id: run, attempt: 1, ...asked }, hurried);
}

async function judged(environment = 'prod', asked: Partial<GitHubRun> = {}): Promise<ApprovalJudgement> {
  return judgeApproval(await approvals({}, asked).factsOf(environment), environment, 'GitHub');
}

async function failureOf(given: GitHubApprovals): Promise<string> {
  const error: unknown = await given.factsOf('prod').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  return `${(error as Failure).facts.type}: ${(error as Failure).explain()}`;
}

const by = (login: string) => ({ login });

describe('the approvals of a run at the simulator of GitHub', () => {
  it('names the person who approved, and asks once', async () => {
    simulator.actions.review(run, 'approved', by('alice'), 'prod');
    const asked = approvals();
    const [facts] = await Promise.all([asked.factsOf('prod'), asked.factsOf('prod')]);
    expect(facts).toEqual({
      environment: 'reviewed',
      allowsSelfReview: false,
      otherRun: undefined,
      reviews: [{ name: 'alice', isPerson: true, isApproved: true }],
    });
    expect(simulator.seen.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      `GET /repos/acme/shop/actions/runs/${run}/approvals`,
      `GET /repos/acme/shop/actions/runs/${run}?exclude_pull_requests=true`,
      'GET /repos/acme/shop/environments/prod',
    ]);
  });

  it('names all who approved, each once', async () => {
    simulator.actions.review(run, 'approved', by('alice'), 'prod');
    simulator.actions.waitAgain(run);
    simulator.actions.review(run, 'approved', by('bob'), 'prod');
    simulator.actions.waitAgain(run);
    simulator.actions.review(run, 'approved', by('alice'), 'prod');
    expect(await judged()).toEqual({ state: 'approved', names: ['alice', 'bob'] });
  });

  it('takes the name of an environment as GitHub does, in whatever case', async () => {
    simulator.actions.addEnvironment('Prod', ['alice']);
    simulator.actions.review(run, 'approved', by('alice'), 'Prod');
    expect(await judged('prod')).toMatchObject({ state: 'approved', names: ['alice'] });
  });

  it('takes no approval of another environment of the same run', async () => {
    simulator.actions.review(run, 'approved', by('mallory'), 'preprod');
    const reason = 'GitHub has no approval of this run by a person for "prod".';
    expect(await judged()).toEqual({ state: 'not-approved', reason });
  });

  it('takes no rejection and no app for an approval, and says what there was', async () => {
    simulator.actions.review(run, 'approved', { login: 'release-gate[bot]', type: 'Bot' }, 'prod');
    expect(await judged()).toMatchObject({
      state: 'not-approved',
      reason: expect.stringContaining('(release-gate[bot], which is no person, approved)'),
    });
    simulator.actions.waitAgain(run);
    simulator.actions.review(run, 'rejected', by('bob'), 'prod');
    simulator.actions.rerun(run);
    simulator.actions.proceed(run);
    expect(await judged('prod', { attempt: 2 })).toMatchObject({
      state: 'not-approved',
      reason: expect.stringContaining('bob rejected it'),
    });
  });

  it.each([
    ['unattended', 'The environment "unattended" at GitHub has no required approvers.'],
    ['production', 'GitHub has no environment "production".'],
  ])('refuses the environment %s, which lets everybody in', async (environment, reason) => {
    simulator.actions.proceed(run);
    expect(await judged(environment)).toEqual({ state: 'unguarded', reason });
    expect(approvals().setupOf(environment)).toContain('https://github.com/acme/shop/settings/environments');
  });

  it('refuses an approval of a run that is over, is another, or has begun anew', async () => {
    simulator.actions.review(run, 'approved', by('alice'), 'prod');
    expect(await judged('prod', { id: run + 1 })).toMatchObject({
      reason: `GitHub says that there is no run ${run + 1} in this repository.`,
    });
    simulator.actions.rerun(run);
    expect(await judged()).toMatchObject({ reason: `GitHub says that run ${run} is in its attempt 2, not in 1.` });
    simulator.actions.review(run, 'approved', by('bob'), 'prod');
    // GitHub does not say which of them it was.
    expect(await judged('prod', { attempt: 2 })).toEqual({ state: 'approved', names: ['bob', 'alice'] });
    simulator.actions.end(run);
    expect(await judged('prod', { attempt: 2 })).toMatchObject({
      state: 'not-approved',
      reason: `GitHub says that run ${run} is over (completed).`,
    });
  });

  it('says which permission lacks', async () => {
    simulator.lacking.add('actions');
    const said = await failureOf(approvals());
    expect(said).toContain('forge-denies-access');
    expect(said).toContain('It needs "actions: read": a workflow\'s `permissions`');
  });

  it('says that GitHub cannot be reached, or takes another token', async () => {
    expect(await failureOf(approvals({ api: 'http://127.0.0.1:9' }))).toContain('forge-unreachable');
    expect(await failureOf(approvals({ token: 'ghp_other' }))).toContain('does not accept the token (401)');
    simulator.outage = true;
    expect(await failureOf(approvals())).toContain('forge-unreachable');
  });
});

import {
  AzureDevOpsSimulator,
  machine,
  person,
  simulatedAccessToken,
} from '../../../../simulators/src/azure-agent/azure-devops-simulator.ts';
import { judgeApproval, type ApprovalJudgement } from '../../model/deploy/approval.ts';
import { Failure } from '../../model/errors/product-error.ts';
import { AzureApprovals } from './azure-approvals.ts';

const [alice, bob, mallory, gate] = [person('alice'), person('bob'), person('mallory'), machine('gate')];
const stage = 'promote_prod';
const build = 41;

let simulator: AzureDevOpsSimulator;

beforeEach(async () => {
  simulator = await AzureDevOpsSimulator.start();
  simulator.addEnvironment('prod-eu', [mallory]);
  simulator.addEnvironment('prod', [alice, bob, gate], true);
  simulator.addEnvironment('dev');
  simulator.begin(build);
});
afterEach(async () => {
  await simulator.stop();
  expect(simulator.complaints).toEqual([]);
});

function approvals({ token = simulatedAccessToken, id = build, collection = simulator.collection } = {}) {
  return new AzureApprovals({ collection, project: 'shop', build: id, stage }, token);
}

async function judged(environment = 'prod', id = build): Promise<ApprovalJudgement> {
  return judgeApproval(await approvals({ id }).factsOf(environment), environment, 'Azure DevOps');
}

async function failureOf(given: AzureApprovals): Promise<string> {
  const error: unknown = await given.factsOf('prod').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Failure);
  return `${(error as Failure).facts.type}: ${(error as Failure).explain()}`;
}

const approved = 'approved' as const;

describe('the approvals of a run at the simulator of Azure DevOps', () => {
  it('names the people who approved, and asks once', async () => {
    simulator.review(build, stage, 'prod', { by: alice, status: approved }, { by: bob, status: approved });
    const asked = approvals();
    const [facts] = await Promise.all([asked.factsOf('prod'), asked.factsOf('prod')]);
    expect(facts).toMatchObject({ environment: 'reviewed', allowsSelfReview: false, otherRun: undefined });
    expect(judgeApproval(facts, 'prod', 'Azure DevOps')).toEqual({
      state: 'approved',
      names: ['alice@acme.example', 'bob@acme.example'],
    });
    expect(simulator.seen).toHaveLength(5);
  });

  it('names who approved for another, as of a group', async () => {
    simulator.review(build, stage, 'prod', { by: mallory, for: bob, status: approved });
    expect(await judged()).toEqual({ state: 'approved', names: ['mallory@acme.example'] });
  });

  it('takes no approval of another stage, nor of another environment that the stage uses', async () => {
    simulator.review(build, 'promote_preprod', 'prod', { by: alice, status: approved });
    simulator.review(build, stage, 'prod-eu', { by: mallory, status: approved });
    expect(await judged()).toMatchObject({ state: 'not-approved', reason: expect.stringContaining('has no approval') });
  });

  it('takes no rejection and no machine for an approval', async () => {
    simulator.review(build, stage, 'prod', { by: gate, status: approved }, { by: bob, status: 'rejected' });
    expect(await judged()).toMatchObject({
      reason: expect.stringContaining(
        '(gate@acme.example, which is no person, approved; bob@acme.example rejected it)',
      ),
    });
  });

  it.each([
    ['dev', 'The environment "dev" at Azure DevOps has no required approvers.'],
    ['production', 'Azure DevOps has no environment "production".'],
    ['pro', 'Azure DevOps has no environment "pro".'],
  ])('refuses the environment %s, which lets everybody in', async (environment, reason) => {
    expect(await judged(environment)).toEqual({ state: 'unguarded', reason });
    expect(approvals().setupOf(environment)).toContain('/example/shop/_environments');
  });

  it('refuses an approval of a run that is over, or is not there', async () => {
    simulator.review(build, stage, 'prod', { by: alice, status: approved });
    expect(await judged('prod', 42)).toMatchObject({ reason: expect.stringContaining('there is no run 42') });
    simulator.end(build);
    expect(await judged()).toMatchObject({ reason: `Azure DevOps says that run ${build} is over (completed).` });
  });

  it('says what is denied, and that it cannot be reached', async () => {
    simulator.denied.add('checks');
    expect(await failureOf(approvals())).toMatch(/forge-denies-access.*\(403\)[^]*Reader of the environment/);
    expect(await failureOf(approvals({ token: 'other' }))).toContain('does not accept SYSTEM_ACCESSTOKEN (401)');
    simulator.broken = 203;
    expect(await failureOf(approvals())).toContain('does not accept SYSTEM_ACCESSTOKEN (203)');
    simulator.broken = 204;
    expect(await failureOf(approvals())).toContain('forge-answers-oddly');
    const said = await failureOf(approvals({ collection: 'http://127.0.0.1:9/example/' }));
    expect(said).toContain('forge-unreachable');
    expect(said).not.toContain(simulatedAccessToken);
  });
});

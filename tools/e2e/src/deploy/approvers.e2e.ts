import { GitHubDescription } from '../../../simulators/src/github/github-description.ts';
import { GitHubSimulator, simulatorToken } from '../../../simulators/src/github/github-simulator.ts';
import { HttpOrigin } from '../../../scratch-workspace/src/http-origin.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

/*
 * Whoever holds the kubeconfig of prod may set every variable. What a record says of an approver does not come of those: at a
 * terminal it is the account of the token, in a CI whom the forge names. The forge is a simulator of GitHub; the origin, the
 * cluster and its deployer's token are real.
 */

const runId = 4_000_000_001;
let workspace: ScratchWorkspace;
let origin: HttpOrigin;
let simulator: GitHubSimulator;
/** The variables of a job at GitHub; all of them can be set by hand. */
let job: NodeJS.ProcessEnv;

const promote = ['run', 'inventory:promote', '--from=preprod', '--to=prod', '--force'];
const terminal = { CI: undefined, GITHUB_ACTOR: 'alice', POC_APPROVAL_GATE: 'environment prod at GitHub' };

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('approvers');
  await workspace.taskSuccessfully(['run', 'inventory:release']);
  origin = await HttpOrigin.start(workspace.origin);
  await workspace.git(['remote', 'set-url', 'origin', origin.repository]);
  simulator = await GitHubSimulator.start(await GitHubDescription.load());
  simulator.hasAllTags = true;
  simulator.actions.addEnvironment('prod', ['alice', 'bob']);
  simulator.actions.addEnvironment('preprod', ['mallory']);
  job = {
    ...{ GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'eve', GITHUB_RUN_ID: String(runId), GITHUB_RUN_ATTEMPT: '1' },
    ...{ GITHUB_REPOSITORY: 'acme/shop', GITHUB_SERVER_URL: origin.url, GITHUB_API_URL: simulator.api },
    ...{ GITHUB_TOKEN: simulatorToken, POC_APPROVAL_GATE: 'environment prod at GitHub' },
  };
});
afterAll(async () => {
  await simulator?.stop();
  await origin?.stop();
  await workspace?.remove();
  expect(simulator?.complaints).toEqual([]);
});

interface History {
  readonly environments: readonly { readonly records: readonly { readonly actor: object; readonly cause: object }[] }[];
}

/** The newest deployment to prod. */
async function newest(): Promise<{ readonly actor: object; readonly cause: object } | undefined> {
  const output = await workspace.taskSuccessfully(['run', 'inventory:history', '--env=prod', '--json']);
  const line = output.split('\n').find((each) => each.startsWith('{"service"'));
  return (JSON.parse(line!) as History).environments[0]!.records[0];
}

/** Returns why it is refused. */
async function refusal(env: NodeJS.ProcessEnv): Promise<string> {
  // Where all is promoted there is no plan; who approved is asked before that matters.
  const [plan = `plan-${'0'.repeat(32)}`] = await workspace.plansOf(promote);
  const { code, output } = await workspace.task([...promote, `--approve=${plan}`], { env });
  expect(code).toBe(2);
  return output;
}

it('refuses a gate that is set by hand, where GitHub does not confirm it', async () => {
  expect(await refusal({ ...job, GITHUB_TOKEN: '' })).toContain('there is no GITHUB_TOKEN');
  expect(await refusal({ ...job, GITHUB_RUN_ID: '' })).toContain('GITHUB_RUN_ID names no run');
  expect(await refusal(job)).toContain(`there is no run ${runId} in this repository`);
  expect(await refusal({ ...job, GITHUB_API_URL: 'http://localhost:9' })).toContain('GITHUB_API_URL is at localhost');
  expect(await refusal({ ...job, GITHUB_API_URL: 'http://127.0.0.1:9' })).toContain('could not be reached');
  expect(await newest()).toBeUndefined();
});

it('refuses an approval of another environment, and a rejection', async () => {
  simulator.actions.begin(runId);
  simulator.actions.review(runId, 'approved', { login: 'mallory' }, 'preprod');
  expect(await refusal(job)).toContain('has no approval of this run by a person for "prod"');
  simulator.lacking.add('actions');
  expect(await refusal(job)).toContain('It needs "actions: read"');
  simulator.lacking.clear();
  expect(await newest()).toBeUndefined();
});

it("takes the token's account for the approver at a terminal, whatever is set by hand", async () => {
  const output = await workspace.approved(promote, { env: terminal });
  const account = `system:serviceaccount:${workspace.namespace('prod')}:deployer`;
  expect(output).toContain(`approved by ${account} (account in the cluster)`);
  expect(await newest()).toMatchObject({
    actor: { identity: account },
    cause: { action: 'promote', approvedBy: { names: [account], by: 'cluster-identity' } },
  });
});

it('names the people whom GitHub names, and shows them', async () => {
  workspace.edit('apps/inventory/k8s/deployment.yaml', 'replicas: 2', 'replicas: 3');
  await workspace.commit('feat(inventory): one more');
  await workspace.git(['push', '--quiet', 'origin', 'HEAD:main']);
  await workspace.taskSuccessfully(['run', 'inventory:release']);
  simulator.actions.waitAgain(runId);
  simulator.actions.review(runId, 'approved', { login: 'alice' }, 'prod');
  const output = await workspace.approved(promote, { env: job });
  expect(output).toContain('prod: at GitHub, people may approve what they started themselves');
  expect(await newest()).toMatchObject({
    actor: { person: 'eve', identity: expect.stringContaining(':deployer') },
    cause: { approvedBy: { names: ['alice'], by: 'github-review' } },
  });
  const shown = await workspace.taskSuccessfully(['run', 'inventory:history', '--env=prod']);
  expect(shown.replaceAll(/\s+/g, ' ')).toContain('approved by alice');
});

it('refuses an environment without rules, though the run was approved', async () => {
  simulator.actions.addEnvironment('prod');
  const said = await refusal(job);
  expect(said).toContain('The environment "prod" at GitHub has no required approvers');
  expect(said).toMatch(/settings\/environments.*\[no-approvers\]/);
});

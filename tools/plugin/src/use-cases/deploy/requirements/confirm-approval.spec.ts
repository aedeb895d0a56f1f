import type { Approval, ApprovalFacts } from '../../../model/deploy/approval.ts';
import { Failure } from '../../../model/errors/product-error.ts';
import type { ApprovalSource } from '../../../ports/approvals.ts';
import { confirmApproval } from './confirm-approval.ts';

/** Of whatever is planned. */
const approvedBy = (claimed: string | undefined) => ({
  approvedBy: claimed,
  approvedPlans: { plans: [], ask: () => Promise.resolve(true) },
});

const approved: ApprovalFacts = {
  environment: 'reviewed',
  allowsSelfReview: false,
  otherRun: undefined,
  reviews: [
    { name: 'alice', isPerson: true, isApproved: true },
    { name: 'bob', isPerson: true, isApproved: true },
  ],
};

const atGitHub = (factsOf: () => Promise<ApprovalFacts>): ApprovalSource => ({
  kind: 'forge',
  run: {
    forge: 'GitHub',
    witness: 'github-review',
    setupOf: (name) => `Give ${name} required reviewers.`,
    factsOf,
  },
});
const knowing = (facts: Partial<ApprovalFacts>) => atGitHub(async () => ({ ...approved, ...facts }));

let lines: string[];
beforeEach(() => (lines = []));

function confirm(
  source: ApprovalSource,
  { claimed = 'eve', identity = 'deployer' }: { claimed?: string | undefined; identity?: string | undefined } = {},
  isProtected = true,
): Promise<Approval | undefined> {
  const environment = { name: 'prod', protected: isProtected };
  const keep = (line: string) => void lines.push(line);
  const change = {
    doing: 'deploy orders to prod',
    environment,
    approved: approvedBy(claimed),
    identity: async () => identity,
  };
  return confirmApproval(change, { approvals: async () => source }, { step: keep, detail: keep, warn: keep });
}

const refusal = (type: string, reason: RegExp | string, remedy: RegExp | string = '') => ({
  exitCode: 2,
  facts: { type, reason: expect.stringMatching(reason), remedy: expect.stringMatching(remedy) },
});

describe('confirmApproval', () => {
  it('takes the names from the forge, whatever the variables claim', async () => {
    expect(await confirm(knowing({}), { claimed: 'mallory' })).toEqual({
      names: ['alice', 'bob'],
      by: 'github-review',
    });
    expect(lines).toEqual([]);
  });

  it('says when people may approve what they started themselves', async () => {
    await confirm(knowing({ allowsSelfReview: true }));
    expect(lines[0]).toBe('prod: at GitHub, people may approve what they started themselves');
  });

  it.each([
    ['missing', 'GitHub has no environment "prod"'],
    ['open', 'has no required approvers'],
  ] as const)('refuses an environment that is %s there, though somebody approved', async (environment, reason) => {
    await expect(confirm(knowing({ environment }))).rejects.toMatchObject(
      refusal('no-approvers', reason, 'Give prod required reviewers.'),
    );
  });

  it.each([
    ['nobody', {}, 'has no approval'],
    ['an app', { isApproved: true }, 'alice, which is no person, approved'],
    ['who rejected it', { isPerson: true }, 'alice rejected it'],
  ])('refuses a run that has the review of %s', async (_, review, reason) => {
    const reviews = [{ name: 'alice', isPerson: false, isApproved: false, ...review }];
    const facts = { reviews: Object.keys(review).length > 0 ? reviews : [] };
    await expect(confirm(knowing(facts))).rejects.toMatchObject(refusal('approval-unconfirmed', reason));
  });

  it('refuses the approval of another run', async () => {
    const rejected = refusal('approval-unconfirmed', 'GitHub says that run 7 is over');
    await expect(confirm(knowing({ otherRun: 'run 7 is over' }))).rejects.toMatchObject(rejected);
  });

  it('refuses while the forge cannot be asked, and says what is missing', async () => {
    const denied = new Failure({
      ...{ type: 'forge-denies-access', doing: 'ask', reason: 'The token may not do this (403).' },
      ...{ remedy: 'It needs "actions: read".', evidence: ['Resource not accessible'] },
    });
    const failing = atGitHub(() => Promise.reject(denied));
    await expect(confirm(failing)).rejects.toMatchObject(refusal('approval-unconfirmed', '403', 'actions: read'));
    const cutOff = { kind: 'cut-off', reason: 'There is no GITHUB_TOKEN.', remedy: 'Give it one.' } as const;
    await expect(confirm(cutOff)).rejects.toMatchObject(refusal('approval-unconfirmed', 'no GITHUB_TOKEN', 'Give'));
    const bug = new TypeError('x');
    await expect(confirm(atGitHub(() => Promise.reject(bug)))).rejects.toBe(bug);
  });

  it('takes the account in the cluster for the name at a terminal, and the claim where there is none', async () => {
    const terminal = { kind: 'terminal' } as const;
    expect(await confirm(terminal)).toEqual({ names: ['deployer'], by: 'cluster-identity' });
    const unknown = { claimed: 'eve', identity: undefined };
    const environment = { name: 'prod', protected: true };
    const change = {
      doing: 'deploy',
      environment,
      approved: approvedBy('eve'),
      identity: async () => unknown.identity,
    };
    const silent = { step() {}, detail() {}, warn() {} };
    expect(await confirmApproval(change, { approvals: async () => terminal }, silent)).toEqual({
      ...{ names: ['eve'], by: 'claim' },
    });
  });

  it('keeps the gate of another CI as what it is: a claim', async () => {
    expect(await confirm({ kind: 'nowhere' }, { claimed: 'release managers' })).toEqual({
      ...{ names: ['release managers'], by: 'claim' },
    });
    expect(lines).toEqual(['the approval by "release managers" cannot be confirmed; it is recorded as a claim']);
  });

  it('asks nobody for an environment that is not protected, nor where nobody claims anything', async () => {
    const never = atGitHub(() => Promise.reject(new Error('asked')));
    expect(await confirm(never, {}, false)).toBeUndefined();
    const change = { doing: 'deploy', environment: { name: 'prod', protected: true }, approved: approvedBy(undefined) };
    const silent = { step() {}, detail() {}, warn() {} };
    const asking = confirmApproval({ ...change, identity: async () => 'x' }, { approvals: async () => never }, silent);
    await expect(asking).rejects.toMatchObject({ facts: { type: 'approval-needed' } });
  });
});

import { errorRulesContract } from '../../../../../contracts/src/error-rules-contract.ts';
import { originRefusal, originRules, pushRefusal } from './origin-refusals.ts';

const address = 'https://git.example/shop.git';
const run = (stderr: string, code = 128) => ({ address, code, stderr });

describe('originRules', () => {
  errorRulesContract(originRules, [
    {
      foreign: run('fatal: Authentication failed for …'),
      type: 'origin-denies-access',
      says: `Access to origin ${address} was denied.`,
    },
    { foreign: run('', 124), type: 'origin-unreachable', says: 'did not answer in time' },
    { foreign: run('Could not resolve host'), type: 'origin-unreachable', says: '`git remote -v`' },
  ]);
});

describe('originRefusal', () => {
  it('shows the last lines of git, without passwords', () => {
    const refusal = originRefusal(
      'list the releases',
      address,
      run('fatal: x\n\nat https://ada:secret@git.example/\n'),
    );
    expect(refusal.facts).toMatchObject({
      doing: 'list the releases',
      evidence: ['fatal: x', 'at https://git.example/'],
    });
  });
});

describe('pushRefusal', () => {
  it('names the ref, the reason and the folder to allow', () => {
    const push = { address, ref: 'refs/tags/orders-20261124-1', why: 'pre-receive hook declined', stderr: 'no' };
    expect(pushRefusal('tag it', push).facts).toMatchObject({
      type: 'origin-refuses-push',
      reason: `The origin ${address} refused refs/tags/orders-20261124-1 (pre-receive hook declined).`,
      remedy: expect.stringContaining('create refs below refs/tags/ there'),
      evidence: ['no'],
    });
  });
});

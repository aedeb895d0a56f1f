import { hostname, userInfo } from 'node:os';
import type * as actorModule from './actor.ts';
import { actorOf } from './actor.ts';

const git = jest.fn<string, unknown[]>();
jest.mock('node:child_process', () => ({ execFileSync: (...args: unknown[]) => git(...args) }));

/** Of this machine's account. */
const run = `${userInfo().username}@${hostname()}`;

describe('actorOf', () => {
  it('names the person of a run of a CI, with a link to it', () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_TRIGGERING_ACTOR: 'ada', POC_ACTOR: 'eve' };
    expect(actorOf(env)).toEqual({ person: 'ada', run: 'GitHub Actions' });
  });

  it('names whom a variable names', () => {
    expect(actorOf({ POC_ACTOR: 'Ada\u001b[31m' })).toEqual({ person: 'Ada\\u001b[31m', run });
  });

  it('names the author of commits made here, and asks git once', () => {
    git.mockReturnValue('Ada Lovelace\n');
    expect(actorOf({})).toEqual({ person: 'Ada Lovelace', run });
    expect(actorOf({ CI: 'true' })).toEqual({ person: 'Ada Lovelace', run });
    expect(git).toHaveBeenCalledTimes(1);
    expect(git.mock.calls[0]?.slice(0, 2)).toEqual(['git', ['config', '--get', 'user.name']]);
  });

  it('names the account where git knows nobody', () => {
    jest.isolateModules(() => {
      git.mockImplementation(() => {
        throw new Error('exit code 1');
      });
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { actorOf: ofAnother } = require('./actor.ts') as typeof actorModule;
      expect(ofAnother({ POC_ACTOR: ' ' })).toEqual({ person: userInfo().username, run });
    });
  });
});

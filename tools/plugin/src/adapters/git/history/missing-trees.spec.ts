import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GitRepository } from '../git-repository.ts';

const commits = 40;
let folder: string;
let ids: readonly string[];
const usual = process.env['GIT_TRACE'];

function git(at: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', [...who, ...args], { cwd: join(folder, at), encoding: 'utf8' }).trim();
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'treeless-'));
  mkdirSync(join(folder, 'origin/apps/orders/src'), { recursive: true });
  mkdirSync(join(folder, 'origin/apps/payments'));
  git('origin', 'init', '--quiet', '--initial-branch=main');
  git('origin', 'config', 'uploadpack.allowFilter', 'true');
  git('origin', 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  for (let index = 0; index < commits; index++) {
    const path = index % 2 === 0 ? 'apps/orders/src/main.ts' : 'apps/payments/main.ts';
    writeFileSync(join(folder, 'origin', path), `${index}`);
    git('origin', 'add', '--all');
    git('origin', 'commit', '--quiet', '--message', `change ${index}`);
  }
  ids = git('origin', 'rev-list', '--reverse', 'HEAD').split('\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  const url = pathToFileURL(join(folder, 'origin')).href;
  rmSync(join(folder, 'clone'), { recursive: true, force: true });
  git('.', 'clone', '--quiet', '--filter=tree:0', '--no-checkout', url, 'clone');
  rmSync(join(folder, 'trace'), { force: true });
  process.env['GIT_TRACE'] = join(folder, 'trace');
});
afterEach(() => {
  if (usual === undefined) delete process.env['GIT_TRACE'];
  else process.env['GIT_TRACE'] = usual;
});

/** Returns how often something was fetched. */
function fetches(): number {
  const trace = join(folder, 'trace');
  const text = existsSync(trace) ? readFileSync(trace, 'utf8') : '';
  return text.split('\n').filter((line) => /trace: built-in: git .*\bfetch\b/.test(line)).length;
}

describe('a clone without trees', () => {
  const asked: [string, (repository: GitRepository) => Promise<unknown>, unknown][] = [
    [
      'changed paths',
      async (repository) =>
        [...(await repository.changedPaths(ids)).values()].filter(([path]) => path === 'apps/orders/src/main.ts')
          .length,
      commits / 2,
    ],
    [
      'commits apart',
      async (repository) => {
        const { onlyInTo } = await repository.symmetricDifference(ids[0]!, ids.at(-1)!, ['apps/orders']);
        return onlyInTo.filter(({ paths }) => paths.length > 0).length;
      },
      commits / 2 - 1,
    ],
    [
      'suspects',
      async (repository) => (await repository.commitsBetween(ids[20]!, ids.at(-1)!, ['apps/orders'])).length,
      9,
    ],
  ];

  it.each(asked)('fetches the trees of all commits at once: %s', async (_, ask, expected) => {
    expect(await ask(new GitRepository(join(folder, 'clone')))).toBe(expected);
    expect(fetches()).toBeLessThanOrEqual(2);
    expect(git('clone', 'config', 'remote.origin.partialclonefilter')).toBe('tree:0');
  });

  it('says what is missing when the origin is gone', async () => {
    git('clone', 'remote', 'set-url', 'origin', 'file:///not/there');
    await expect(new GitRepository(join(folder, 'clone')).changedPaths(ids)).rejects.toMatchObject({
      facts: { doing: `fetch the trees of ${commits} commits` },
    });
  });
});

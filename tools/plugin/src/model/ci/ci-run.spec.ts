import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { actorOfRun, ciOf, ciRunOf, type Variables } from './ci-run.ts';

const folder = join(__dirname, 'ci-runs/recorded');
const recorded = readdirSync(folder)
  .filter((file) => file.endsWith('.env'))
  .map((file): [string, Variables] => [file.replace('.env', ''), parse(readFileSync(join(folder, file), 'utf8'))]);

function parse(text: string): Variables {
  const lines = text.split('\n').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

const recordedAs = (name: string): Variables => new Map(recorded).get(name)!;

/** Returns a recorded run as it is detected, without its undefined fields. */
function told(variables: Variables): unknown {
  const run = ciRunOf(variables)!;
  return JSON.parse(JSON.stringify({ ...run, actor: actorOfRun(run) }));
}

describe('ciRunOf', () => {
  it('knows each CI by what it sets', () => {
    expect(recorded).toHaveLength(30);
    for (const [name, variables] of recorded) expect(name).toMatch(new RegExp(`^${ciOf(variables)}(-|$)`));
    expect(ciOf({})).toBeUndefined();
    for (const no of ['', '0', 'false', 'False', ' ']) expect(ciOf({ CI: no })).toBeUndefined();
    for (const yes of ['true', '1', 'woodpecker']) expect(ciOf({ CI: yes })).toBe('other-ci');
  });

  it.each(recorded)('reads the run of %s', (_, variables) => {
    expect(told(variables)).toMatchSnapshot();
  });

  it('takes a number for a build number only where it is one, with a hyphen', () => {
    const numberOf = (number: string) =>
      ciRunOf({ ...recordedAs('azure-push'), BUILD_BUILDNUMBER: number })?.buildNumber?.toString();
    expect(numberOf('20261124-12')).toBe('20261124-12');
    for (const number of ['20261124.3', '1.2.3', '20261324-1', '20261124-3-rc', '$(Build.BuildNumber)', '']) {
      expect(numberOf(number)).toBeUndefined();
    }
  });

  it('tells a run by the name of its CI where there is no more to tell', () => {
    const azure = ciRunOf({ TF_BUILD: 'True' })!;
    expect(actorOfRun(azure)).toEqual({ person: 'Azure Pipelines', run: 'Azure Pipelines' });
    expect(azure).toEqual({ ci: 'azure' });
  });

  it.each<[string, string, Variables]>([
    ['a link that runs something', 'jenkins-push', { BUILD_URL: 'javascript:alert(1)' }],
    ['a link with a password', 'gitlab-push', { CI_JOB_URL: 'https://ada:secret@gitlab.com/1' }],
    [
      'a link that goes on for ever',
      'buildkite-push',
      { BUILDKITE_BUILD_URL: `https://a.example/${'x'.repeat(5000)}` },
    ],
    ['no link', 'azure-push', { BUILD_BUILDID: '', SYSTEM_COLLECTIONURI: '$(System.CollectionUri)' }],
  ])('leaves out %s', (_, name, wrong) => {
    expect(ciRunOf({ ...recordedAs(name), ...wrong })?.link).toBeUndefined();
  });

  it('keeps what is hostile in its place', () => {
    const run = (wrong: Variables) => ciRunOf({ ...recordedAs('github-push'), ...wrong });
    expect(run({ GITHUB_REPOSITORY: '../../evil?a=b#c' })?.link).toBe(
      'https://github.com/evil%3Fa%3Db%23c/actions/runs/1658821493',
    );
    expect(run({ GITHUB_TRIGGERING_ACTOR: 'ada\n::error::x\u001b[2J' })?.person).toBe('ada\\u000a::error::x\\u001b[2J');
    expect(run({ GITHUB_SHA: 'main; rm -rf /' })?.commit).toBeUndefined();
    expect(run({ GITHUB_REF: 'refs/pull/1e9/merge' })?.pullRequest).toBeUndefined();
  });

  it('makes a sane actor of whatever the variables hold', () => {
    const names = [...new Set(recorded.flatMap(([, variables]) => Object.keys(variables)))];
    const values = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom(
        '',
        ' ',
        '\n',
        '\ud800',
        'javascript:alert(1)',
        'x'.repeat(100_000),
        'a\r\nb',
        '$(Build.BuildId)',
      ),
    );
    const variables = fc
      .tuple(fc.constantFrom(...recorded.map(([, each]) => each)), fc.dictionary(fc.constantFrom(...names), values))
      .map(([right, wrong]): Variables => ({ ...right, ...wrong }));
    fc.assert(
      fc.property(variables, (env) => {
        const run = ciRunOf(env);
        if (!run) return;
        const { person, run: from } = actorOfRun(run);
        for (const text of [person, from, run.branch ?? 'x', run.tag ?? 'x']) {
          expect(text).toMatch(/\S/);
          expect(text).not.toMatch(/[\p{Cc}\p{Cs}]/u);
          expect(text.length).toBeLessThanOrEqual(10_000);
        }
        if (run.link !== undefined) expect(new URL(run.link).protocol).toMatch(/^https?:$/);
        if (run.pullRequest !== undefined) expect(Number.isSafeInteger(run.pullRequest)).toBe(true);
      }),
      { numRuns: 500, examples: [[{ BUILDKITE: 'true', BUILDKITE_TAG: 'v1\tof\tsome' }]] },
    );
  });
});

import { BuildNumber } from '../../../model/release/build-number.ts';
import { describeSuperseded } from './describe-deploy.ts';

const by = { release: { buildNumber: BuildNumber.parse('20261124-2')!, commit: 'c'.repeat(40) } };
const commits = { released: 'aaaaaaaaaaaa "fix: a" (2026-11-23)', running: 'cccccccccccc "feat: c" (2026-11-24)' };

it.each([
  ['by a newer build', {}, 'skipped: preprod already runs the newer 20261124-2'],
  [
    'by a later commit',
    { commits },
    'skipped: preprod already runs the newer 20261124-2 of commit cccccccccccc "feat: c" (2026-11-24); this is commit aaaaaaaaaaaa "fix: a" (2026-11-23)',
  ],
  [
    'by a later commit that is built elsewhere',
    { commits, isElsewhere: true },
    'skipped in preprod: the later commit cccccccccccc "feat: c" (2026-11-24) has been built as 20261124-2; this is commit aaaaaaaaaaaa "fix: a" (2026-11-23)',
  ],
])('describes a release that is superseded %s', (_, more, text) => {
  expect(describeSuperseded({ state: 'superseded', by, ...more }, 'preprod')).toBe(text);
});

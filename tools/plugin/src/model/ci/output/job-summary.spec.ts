import fc from 'fast-check';
import type { CiRun } from '../ci-run.ts';
import { webAddressOf } from '../../forge/web-address.ts';
import { jobSummary } from './job-summary.ts';

const run: CiRun = {
  ci: 'github',
  buildNumber: undefined,
  link: 'https://github.com/acme/shop/actions/runs/1',
  person: 'ada',
  branch: 'main',
  tag: undefined,
  commit: undefined,
  pullRequest: undefined,
};
const commit = '6411f07f6cd88db7fc4f26edae51cf091eb707e1';
const web = webAddressOf('https://github.com/acme/shop.git');

it('is a table of what became of each service', () => {
  const outcomes = [
    {
      service: 'orders',
      build: '20261124-1',
      commit,
      environment: 'preprod',
      outcome: 'deployed',
      url: 'https://shop.example',
    },
    { service: 'payments', outcome: 'failed: Could not release payments: a | b\nc <d>' },
  ];
  expect(jobSummary(outcomes, run, web)).toMatchInlineSnapshot(`
   "### Released from main by ada

   | service | build | commit | environment | outcome | link |
   | --- | --- | --- | --- | --- | --- |
   | orders | 20261124-1 | [\`6411f07f6cd8\`](https://github.com/acme/shop/commit/6411f07f6cd88db7fc4f26edae51cf091eb707e1) | preprod | deployed | [open](https://shop.example) |
   | payments |  |  |  | failed: Could not release payments: a \\| b\\\\u000ac &lt;d&gt; |  |

   "
  `);
  expect(jobSummary(outcomes, { ...run, branch: undefined, person: undefined, pullRequest: 7 }, undefined)).toContain(
    '### Released from pull request 7\n',
  );
  expect(jobSummary(outcomes, run, undefined)).toContain('| `6411f07f6cd8` |');
});

it('has six cells in each row, whatever is told', () => {
  const text = fc.string({ unit: 'binary-ascii', maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(fc.record({ service: text, outcome: text, build: text, environment: text }), { maxLength: 3 }),
      (outcomes) => {
        const rows = jobSummary(outcomes, run, web)
          .split('\n')
          .filter((line) => line.startsWith('|'));
        expect(rows).toHaveLength(outcomes.length + 2);
        for (const row of rows) expect(row.replaceAll(/\\[^]/g, '').split('|')).toHaveLength(8);
      },
    ),
  );
});

it('leaves out what nobody reads', () => {
  const outcomes = Array.from({ length: 507 }, (_, index) => ({ service: `s${index}`, outcome: 'deployed' }));
  expect(jobSummary(outcomes, run, web)).toContain('\n7 more are left out.\n');
});

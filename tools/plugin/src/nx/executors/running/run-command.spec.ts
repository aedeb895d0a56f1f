import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../model/environment/environment.ts';
import type { RawOptions } from '../options/options.ts';
import { executor as metrics } from '../infrastructure/metrics/executor.ts';
import { executor as diff } from '../service/diff/executor.ts';
import { CommandRun } from './run-command.ts';
import type { SharedRun } from './run-context.ts';

let workspaceRoot: string;
beforeEach(() => (workspaceRoot = mkdtempSync(join(tmpdir(), 'run-command-'))));
afterEach(() => rmSync(workspaceRoot, { recursive: true }));

const environments = [
  { name: 'preprod', order: 1, deploy: 'automatic' },
  { name: 'prod', order: 2, deploy: 'manual' },
] as Environment[];

/** @returns the first lines of output, and what the command came to on the terminal. */
function run(
  declaration: typeof metrics | typeof diff,
  raw: RawOptions,
): { steps: string[]; lines: readonly string[] } {
  const steps: string[] = [];
  const shared = { workspaceRoot } as SharedRun;
  const command = new CommandRun<typeof declaration.options>(declaration as never, raw, {
    doing: 'compare orders',
    project: 'orders',
    service: 'orders',
    shared,
  });
  command.resolve(environments, { step: (text: string) => steps.push(text) } as never);
  return { steps, lines: command.report({ lines: ['one'], isDifferent: true }) };
}

it('says which environment was chosen without an option', () => {
  expect(run(diff, {}).steps).toEqual(['environment: preprod, the automatic one; `--env` chooses another']);
  expect(run(metrics, {}).steps).toEqual(['environment: prod, the last one; `--env` chooses another']);
  expect(run(diff, { env: 'prod' }).steps).toEqual([]);
});

it('ends what an examination found with that, and not with a refusal', () => {
  const raw = { json: true, output: 'found.json' };
  const names = { doing: 'look', project: 'infrastructure', shared: { workspaceRoot } as SharedRun };
  const command = new CommandRun<typeof metrics.options>(metrics as never, raw, names);
  expect(command.report({ lines: ['one'], wrong: { wrong: 2, of: 14 } })).toEqual([
    'wrote found.json',
    '2 of 14 checks found something wrong.',
  ]);
  expect(command.report({ lines: ['one'], wrong: undefined })).toEqual(['wrote found.json']);
});

it('says nothing but what a machine reads on the terminal', () => {
  expect(run(diff, { json: true })).toEqual({ steps: [], lines: ['one', 'There are differences.'] });
});

it('writes into a file, and one line about it on the terminal', () => {
  const { steps, lines } = run(diff, { json: true, output: '{project}.json' });
  expect(lines).toEqual(['wrote orders.json', 'There are differences.']);
  expect(steps).toHaveLength(1);
  expect(readFileSync(join(workspaceRoot, 'orders.json'), 'utf8')).toBe('one\n');
});

it('refuses a file that cannot be there before anything is done', () => {
  expect(() => run(diff, { output: 'missing/x.json' })).toThrow('its folder does not exist');
});

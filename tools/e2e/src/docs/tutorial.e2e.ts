import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSteps } from '../../../docs/src/tutorial/run-steps.ts';
import { stepsOf } from '../../../docs/src/tutorial/steps.ts';
import { repositoryRoot } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

/** Milliseconds for all of its commands, on a machine that is busy with other suites. */
const patience = 1_800_000;

let workspace: ScratchWorkspace;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('tutorial');
});
afterAll(() => workspace.remove());

it(
  'docs/tutorial.md works as it is written, and shows what it prints (else run `npm run docs:recordings`)',
  async () => {
    const steps = stepsOf(readFileSync(join(repositoryRoot, 'docs/tutorial.md'), 'utf8'));
    expect(steps.length).toBeGreaterThan(10);
    const outputs = await runSteps(workspace, steps);
    const compared = steps.map(({ commands, shown }, index) => [
      commands,
      shown === undefined ? undefined : outputs[index],
    ]);
    expect(compared).toEqual(steps.map(({ commands, shown }) => [commands, shown]));
  },
  patience,
);

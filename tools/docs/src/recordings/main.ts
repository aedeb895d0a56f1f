import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { runSteps } from '../tutorial/run-steps.ts';
import { stepsOf, withOutputs } from '../tutorial/steps.ts';

/** `npm run docs:recordings`: runs the commands of the tutorial on the local platform, and writes what they print below them. */
const path = 'docs/tutorial.md';
const file = join(import.meta.dirname, '../../../..', path);
const page = readFileSync(file, 'utf8');
const workspace = await ScratchWorkspace.create('recordings');
try {
  const recorded = withOutputs(page, await runSteps(workspace, stepsOf(page)));
  if (recorded !== page) writeFileSync(file, recorded);
  console.log(recorded === page ? `${path} shows what its commands print` : `wrote ${path}`);
} finally {
  await workspace.remove();
}

import { join } from 'node:path';
import { repositoryRoot } from '../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../scratch-workspace/src/run-command.ts';

/** Makes one file of JavaScript of a program, so that a run of it starts at once. */
export async function bundle(program: string, file: string): Promise<void> {
  await runSuccessfully(join(repositoryRoot, 'node_modules/.bin/esbuild'), [
    program,
    '--bundle',
    '--platform=node',
    '--target=node20',
    // Loaded only for logins of clouds, and for reports of bugs.
    '--external:@kubernetes/client-node',
    '--external:@nx/devkit',
    '--log-level=error',
    `--outfile=${file}`,
  ]);
}

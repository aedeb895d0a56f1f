import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { generateService } from '../../plugin/src/nx/generators/service/generator.ts';
import { repositoryRoot } from '../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../scratch-workspace/src/run-command.ts';
import { nodeAlone } from './stacks/node-alone.ts';

/** What a service needs of this repository to be built. */
const shared = ['package.json', 'tsconfig.base.json', '.gitignore', 'libs/service-host', 'Infrastructure/environments'];

/**
 * Makes a workspace with services that the generator writes, committed. It needs no cluster.
 * @param services their stacks by their names. @returns the folder, with a folder `workspace` in it.
 */
export async function generateWorkspace(services: Readonly<Record<string, string>>): Promise<string> {
  const temp = mkdtempSync(join(tmpdir(), 'poc stacks '));
  const folder = join(temp, 'workspace');
  const tree = createTreeWithEmptyWorkspace();
  const named = Object.entries(services);
  const [alone, others] = [named.filter(isAlone), named.filter((service) => !isAlone(service))];
  for (const [name] of alone) await generateService(tree, { name, stack: 'node' });
  // By it the generator knows this repository, whose Node services share a host.
  tree.write('libs/service-host/build/build.mjs', '');
  for (const [name, stack] of others) await generateService(tree, { name, stack });
  for (const { path, content } of tree.listChanges().filter((change) => change.path.startsWith('apps/'))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content!);
  }
  for (const path of shared) cpSync(join(repositoryRoot, path), join(folder, path), { recursive: true });
  symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
  const git = (...args: string[]) => runSuccessfully('git', args, { cwd: folder });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  const somebody = ['-c', 'user.name=stack-check', '-c', 'user.email=stack-check@example.com'];
  await git(...somebody, 'commit', '--quiet', '--message=feat: new services');
  return temp;
}

/** Reports whether a service is generated as in other workspaces than this one. */
function isAlone([, stack]: readonly [name: string, stack: string]): boolean {
  return stack === nodeAlone.name;
}

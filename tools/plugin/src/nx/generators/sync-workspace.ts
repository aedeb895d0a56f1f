import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Tree } from '@nx/devkit';
import { presentCis } from './pipelines/pipeline-files.ts';

/**
 * Brings generated pipelines in step after a generator has written its files: what they are generated from is the project
 * graph, which Nx makes of files on the disk. Does nothing where there are no pipelines.
 */
export function syncWorkspace(tree: Tree): void {
  if (presentCis(tree).length === 0) return;
  const nx = createRequire(join(tree.root, 'package.json')).resolve('nx/bin/nx.js');
  spawnSync(process.execPath, [nx, 'sync'], { cwd: tree.root, stdio: 'inherit' });
}

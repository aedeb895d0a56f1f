import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceRoot } from '@nx/devkit';
import { nxProgram } from './nx-program.ts';

it("is Nx's own of this workspace", () => {
  expect(existsSync(nxProgram(workspaceRoot))).toBe(true);
});

it('is that of the installation where a workspace has no package.json', () => {
  const root = mkdtempSync(join(tmpdir(), 'nx program '));
  const folder = join(root, '.nx/installation/node_modules/nx');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"bin":{"nx":"./bin/nx.js"}}');
  expect(nxProgram(root)).toBe(join(folder, 'bin/nx.js'));
  rmSync(root, { recursive: true });
});

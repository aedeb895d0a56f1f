import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodes } from './create-nodes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'create nodes '));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns the targets of a service that has these files. */
async function targetsWith(...files: readonly string[]) {
  const root = join(folder, 'apps/orders');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, 'k8s'), { recursive: true });
  for (const name of ['Dockerfile', 'project.json', ...files]) writeFileSync(join(root, name), '{}');
  const [, infer] = createNodes;
  const [[, found] = []] = await infer(['apps/orders/Dockerfile'], undefined, { workspaceRoot: folder });
  return found?.projects?.['apps/orders']?.targets ?? {};
}

it.each([
  [['openapi.yaml'], true],
  [['openapi.v2.yaml', 'openapi.v10.yaml'], true],
  [['openapi.json', 'openapi.v0.yaml', 'openapi.v2.yml', 'my-openapi.yaml'], false],
  [[], false],
])('lints the API of a service with %j: %s', async (files, isLinted) => {
  const targets = await targetsWith(...files);
  expect(Object.hasOwn(targets, 'api-lint')).toBe(isLinted);
  expect(targets).toHaveProperty('release');
  if (isLinted) expect(targets['api-lint']).toMatchObject({ cache: true, outputs: [] });
});

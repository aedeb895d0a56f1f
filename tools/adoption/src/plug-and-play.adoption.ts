import { adoptPlugin, publishPackages } from './adopt-plugin.ts';
import { ForeignWorkspace } from './foreign-workspace.ts';
import { LocalRegistry } from './local-registry.ts';
import { packageManagers } from './package-manager.ts';

/*
 * Yarn's Plug'n'Play, with which there is no node_modules: all that a person does at their machine works. Pipelines are refused,
 * because jobs start Nx from there.
 */
let registry: LocalRegistry;
let workspace: ForeignWorkspace;

beforeAll(async () => {
  registry = await LocalRegistry.start();
  await publishPackages(registry);
  workspace = await ForeignWorkspace.create({
    ...{ manager: packageManagers.yarnPnp, nx: '23.2.1', project: 'project.json', registry: registry.url },
  });
  await adoptPlugin(workspace);
});
afterAll(async () => {
  await Promise.all([registry?.stop(), workspace?.remove()]);
});

const description = `openapi: 3.1.0
info: { title: Shop, version: 1.0.0 }
servers: [{ url: /shop }]
paths:
  /greeting:
    get:
      operationId: getGreeting
      summary: A greeting
      responses: { '200': { description: The greeting } }
`;

it('has no node_modules', () => {
  expect([workspace.has('.pnp.cjs'), workspace.has('node_modules/@poc')]).toEqual([true, false]);
});

it('checks descriptions and languages, whose hashes the plugin is asked for', async () => {
  workspace.writeText('apps/shop/openapi.yaml', description);
  await workspace.succeed('poc', 'run', 'shop:api-lint');
  workspace.writeText('apps/shop/.nvmrc', '99\n');
  const { code, output } = await workspace.exec('poc', 'run', 'shop:toolchain');
  expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining('[toolchain') as string });
  await workspace.git('clean', '--quiet', '--force', 'apps');
});

it('releases the service', async () => {
  await workspace.succeed('poc', 'run', 'shop:release', '--env=dev');
  expect(await workspace.succeed('poc', 'run', 'shop:status')).toMatch(/^shop +\d{8}-1 .*2\/2 healthy$/m);
});

it('is refused pipelines, with what to do', async () => {
  const { code, output } = await workspace.exec('nx', 'g', '@poc/plugin:pipelines', '--ci=github', '--no-interactive');
  expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining('[no-node-modules]') as string });
  expect(await workspace.changes()).toBe('');
});

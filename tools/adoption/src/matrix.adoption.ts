import { adoptPlugin, migratePlugin, publishPackages } from './adopt-plugin.ts';
import { ForeignWorkspace } from './foreign-workspace.ts';
import { LocalRegistry } from './local-registry.ts';
import { packageManagers } from './package-manager.ts';

/** Pairs of what workspaces differ in: each package manager, and each version of Nx from the first to the last. */
const cells = [
  { manager: packageManagers.npm, nx: '23.2.1', project: 'project.json' },
  { manager: packageManagers.npm, nx: '22.0.4', project: 'package.json' },
  { manager: packageManagers.pnpm, nx: '23.2.1', project: 'package.json' },
  { manager: packageManagers.yarn, nx: '22.7.12', project: 'package.json' },
  { manager: packageManagers.bun, nx: '24.0.0', project: 'project.json' },
] as const;

let registry: LocalRegistry;

beforeAll(async () => {
  registry = await LocalRegistry.start();
  await publishPackages(registry);
});
afterAll(() => registry?.stop());

describe.each(cells)(
  'a workspace of $manager.name with Nx $nx, each project a $project',
  ({ manager, nx, project }) => {
    let workspace: ForeignWorkspace;

    beforeAll(async () => {
      workspace = await ForeignWorkspace.create({ manager, nx, project, registry: registry.url });
      await adoptPlugin(workspace);
    });
    afterAll(() => workspace?.remove());

    it('has the service and its targets', async () => {
      const { stdout } = await workspace.exec('nx', 'show', 'project', 'shop', '--json');
      expect(stdout).toContain('@poc/plugin:release');
      await workspace.succeed('nx', 'sync:check');
    });

    it('tells what a release would do', async () => {
      await workspace.succeed('poc', 'run', 'shop:release', '--env=dev', '--dry-run');
      expect(await workspace.changes()).toBe('');
    });

    it('releases the service', async () => {
      await workspace.succeed('poc', 'run', 'shop:release', '--env=dev');
      expect(await workspace.succeed('poc', 'run', 'shop:status')).toMatch(/^shop +\d{8}-1 .*2\/2 healthy$/m);
    });

    it('is set up once', async () => {
      await workspace.succeed('nx', 'g', '@poc/plugin:init', '--no-interactive');
      expect(await workspace.changes()).toBe('');
    });

    it('hands exit codes on by the bin alone', async () => {
      const refused = ['run', 'shop:k8s-deploy', '--env=nowhere', '--tag=20260101-1'];
      expect(await workspace.exec('poc', ...refused)).toMatchObject({ code: 2 });
      expect(await workspace.exec('nx', ...refused)).toMatchObject({ code: 1 });
    });

    it('migrates to the next version', () => migratePlugin(workspace));
  },
);

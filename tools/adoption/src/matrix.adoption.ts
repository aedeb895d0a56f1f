import { Gitea } from '../../gitea/src/gitea.ts';
import { adoptPlugin, migratePlugin, publishPackages } from './adopt-plugin.ts';
import { ForeignWorkspace } from './foreign-workspace.ts';
import { LocalRegistry } from './local-registry.ts';
import { packageManagers } from './package-manager.ts';
import { releaseByWorkflow } from './workflow-release.ts';

/**
 * Pairs of what workspaces differ in: each package manager, each version of Nx from the first to the last, each Node.js. npm with
 * its project in a folder, and with the Node.js of the tests, is `tools/e2e/src/adoption`.
 */
const cells = [
  { manager: packageManagers.npm, nx: '23.2.1', project: 'root', node: '24' },
  { manager: packageManagers.npm, nx: '22.0.4', project: 'package.json', node: '22' },
  { manager: packageManagers.pnpm, nx: '23.2.1', project: 'package.json', node: '24' },
  { manager: packageManagers.yarn, nx: '22.7.12', project: 'package.json', node: '22' },
  { manager: packageManagers.bun, nx: '24.0.0', project: 'project.json', node: undefined },
] as const;

let registry: LocalRegistry;
let gitea: Gitea;

beforeAll(async () => {
  [registry, gitea] = await Promise.all([LocalRegistry.start(), Gitea.start()]);
  await publishPackages(registry);
});
afterAll(async () => {
  await Promise.all([registry?.stop(), gitea?.remove()]);
});

describe.each(cells)(
  'a workspace of $manager.name with Nx $nx and Node.js $node, each project a $project',
  ({ manager, nx, project, node }) => {
    let workspace: ForeignWorkspace;

    beforeAll(async () => {
      workspace = await ForeignWorkspace.create({
        ...{ manager, nx, project, registry: registry.url },
        ...(node === undefined ? {} : { node }),
      });
      await adoptPlugin(workspace);
    });
    afterAll(() => workspace?.remove());

    it('has the service and its targets', async () => {
      const { stdout } = await workspace.exec('nx', 'show', 'project', 'shop', '--json');
      expect(stdout).toContain('@poc/plugin:release');
      await workspace.succeed('nx', 'sync:check');
      if (node !== undefined) expect(await workspace.nodeVersion()).toMatch(new RegExp(`^v${node}\\.`));
    });

    it('tells what a release would do', async () => {
      await workspace.succeed('poc', 'run', 'shop:release', '--env=dev', '--dry-run');
      expect(await workspace.changes()).toBe('');
    });

    it('releases the service', async () => {
      // npm's pipelines are played by tools/e2e/src/pipelines.
      if (manager.name === 'npm') await workspace.succeed('poc', 'run', 'shop:release', '--env=dev');
      else await releaseByPipeline();
      expect(await workspace.succeed('poc', 'run', 'shop:status')).toMatch(/^shop +\d{8}-1 .*2\/2 healthy$/m);
    });

    async function releaseByPipeline(): Promise<void> {
      const { isSuccess, jobs, log } = await releaseByWorkflow(workspace, { gitea, registry: registry.url });
      if (!isSuccess) throw new Error(log);
      const names = jobs.map(({ name, result }) => `${name} ${result}`).sort();
      expect(names).toEqual(expect.arrayContaining(['affected success', 'build success', 'release success']));
      await workspace.git('fetch', '--quiet', '--tags', 'origin');
    }

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

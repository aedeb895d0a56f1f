import { adoptPlugin, publishPackages } from '../../../adoption/src/adopt-plugin.ts';
import { ForeignWorkspace } from '../../../adoption/src/foreign-workspace.ts';
import { LocalRegistry } from '../../../adoption/src/local-registry.ts';
import { packageManagers } from '../../../adoption/src/package-manager.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';

/*
 * What is published, in a workspace of somebody else: the one test of `npm test` in which Nx loads the package and not the
 * sources. All package managers and versions of Nx: `npm run test:adoption`.
 */
let registry: LocalRegistry;
let workspace: ForeignWorkspace;

beforeAll(async () => {
  registry = await LocalRegistry.start();
  await publishPackages(registry);
  workspace = await ForeignWorkspace.create({
    ...{ manager: packageManagers.npm, nx: '23.2.1', project: 'project.json', registry: registry.url },
  });
  await adoptPlugin(workspace);
});
afterAll(async () => {
  await Promise.all([registry?.stop(), workspace?.remove()]);
});

/** The plugin's own command, where a daemon is asked for. */
const poc = (...args: string[]) => workspace.exec('poc', ...args);

describe('a foreign workspace', () => {
  it('releases a service to a cluster with the published package', async () => {
    const { code, output } = await poc('run', 'shop:release', '--env=dev');
    expect({ code, output }).toMatchObject({ code: 0 });
    const image = await kubectl([
      'get',
      'deployment/shop',
      `--namespace=${workspace.id}`,
      '--output=jsonpath={..image}',
    ]);
    expect(image).toMatch(new RegExp(`/${workspace.id}/shop:\\d{8}-1@sha256:`));
    expect(await workspace.git('ls-remote', '--tags', 'origin')).toMatch(/refs\/tags\/shop-\d{8}-1\n/);
    expect((await poc('run', 'shop:status')).output).toMatch(/^shop +\d{8}-1 .*2\/2 healthy\n.* by Somebody$/m);
  });

  it('hands its exit codes on, whatever Nx is set to', async () => {
    const refused = ['run', 'shop:k8s-deploy', '--env=nowhere', '--tag=20260101-1'];
    expect(await workspace.exec('nx', ...refused)).toMatchObject({ code: 1 });
    const { code, output } = await poc(...refused);
    expect({ code, output }).toMatchObject({ code: 2, output: expect.stringContaining('nowhere') as string });
  });

  it('has nothing to say to nx sync', async () => {
    await workspace.succeed('nx', 'sync:check');
  });
});

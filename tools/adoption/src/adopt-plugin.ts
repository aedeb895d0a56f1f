import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPluginPackage } from '../../package/src/plugin-package.ts';
import { buildServiceHostPackage } from '../../package/src/service-host-package.ts';
import { kubectl, platform, repositoryRoot } from '../../scratch-workspace/src/platform.ts';
import type { ForeignWorkspace } from './foreign-workspace.ts';
import type { LocalRegistry } from './local-registry.ts';

/** What was published first, and what workspaces are migrated to. */
export const versions = { first: '0.0.1', next: '0.1.0' } as const;

/** Builds both packages, and publishes them: the first version as the latest, and the next one beside it. */
export async function publishPackages(registry: LocalRegistry): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packages-'));
  const [plugin, host] = [join(folder, 'plugin'), join(folder, 'service-host')];
  try {
    await Promise.all([buildPluginPackage(repositoryRoot, plugin), buildServiceHostPackage(repositoryRoot, host)]);
    await Promise.all(
      [plugin, host].flatMap((each) => [
        registry.publish(each, versions.first),
        registry.publish(each, versions.next, 'next'),
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Adds the plugin as its README says, and an environment of the local platform with a namespace and a corner of the registry. */
export async function addPlugin(workspace: ForeignWorkspace): Promise<void> {
  await workspace.succeed('nx', 'add', '@poc/plugin');
  await workspace.commit('build: add the plugin');
  const { context, registry } = await platform();
  await kubectl(['create', 'namespace', workspace.id]);
  const options = [
    `--context=${context}`,
    '--deploy=automatic',
    `--namespace=${workspace.id}`,
    `--registry=${registry}/${workspace.id}`,
  ];
  await workspace.succeed('nx', 'g', '@poc/plugin:environment', 'dev', ...options, '--no-interactive');
  await workspace.commit('feat: an environment');
}

/** Adds the plugin, and mends what a release would refuse of the service. All is committed then. */
export async function adoptPlugin(workspace: ForeignWorkspace): Promise<void> {
  await addPlugin(workspace);
  const adopt = ['nx', 'g', '@poc/plugin:adopt', 'shop'];
  expect(await workspace.exec(...adopt)).toMatchObject({ code: 2 });
  expect(await workspace.changes()).toBe('');
  expect(await workspace.succeed(...adopt, '--write')).toContain('fixed: set to 2');
  await workspace.commit('feat: what a release asks for');
}

/** Moves the workspace to the next version as Nx does: package.json first, then the migrations. */
export async function migratePlugin(workspace: ForeignWorkspace): Promise<void> {
  const nxJson = JSON.parse(workspace.read('nx.json')) as { plugins: unknown };
  // What the migration is for.
  const environment = 'Infrastructure/environments/dev.yaml';
  expect(workspace.read(environment)).toContain('../../node_modules/@poc/plugin/schemas/');
  await workspace.succeed('nx', 'migrate', `@poc/plugin@${versions.next}`);
  const { devDependencies } = JSON.parse(workspace.read('package.json')) as { devDependencies: Record<string, string> };
  expect(devDependencies['@poc/plugin']).toContain(versions.next);
  expect(workspace.read('migrations.json')).toContain('name-the-package');
  await workspace.install();
  const output = await workspace.succeed('nx', 'migrate', '--run-migrations', '--if-exists');
  expect(output).toContain('name-the-package');
  expect((JSON.parse(workspace.read('nx.json')) as { plugins: unknown }).plugins).toEqual(nxJson.plugins);
}

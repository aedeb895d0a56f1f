import { describeFailed, Prober } from '../../load/src/prober.ts';
import { kubectl } from '../../scratch-workspace/src/platform.ts';
import { addPlugin, publishPackages } from './adopt-plugin.ts';
import { boutiqueFiles, boutiqueServices, calledServices } from './boutique.ts';
import { callService } from './call-service.ts';
import { ForeignWorkspace } from './foreign-workspace.ts';
import { LocalRegistry } from './local-registry.ts';
import { packageManagers } from './package-manager.ts';

/*
 * Eleven services that were written for kubectl: adopted, released twice, one rolled back, while each of them is called
 * four times a second.
 */
let registry: LocalRegistry;
let workspace: ForeignWorkspace;
let prober: Prober;
let doing = 'the beginning';

beforeAll(async () => {
  registry = await LocalRegistry.start();
  await publishPackages(registry);
  workspace = await ForeignWorkspace.create({
    ...{ manager: packageManagers.npm, nx: '23.2.1', project: 'project.json', registry: registry.url },
    files: boutiqueFiles(),
  });
  await addPlugin(workspace);
});
afterAll(async () => {
  await prober?.stop();
  await Promise.all([registry?.stop(), workspace?.remove()]);
});

const builds = async () => (await workspace.succeed('poc', 'run', 'infrastructure:status', '--env=dev')).split('\n');

async function release(): Promise<string> {
  return workspace.succeed('poc', 'run-many', '-t', 'release', '--env=dev');
}

/** Calls every service that others call, at the address of its Service. */
async function startProber(): Promise<Prober> {
  const addresses = await Promise.all(
    calledServices.map(async (service) => {
      const path = '--output=jsonpath={.spec.clusterIP}';
      const host = await kubectl(['get', 'service', service.name, `--namespace=${workspace.id}`, path]);
      return { url: service.name, ask: () => callService(service, host.trim()) };
    }),
  );
  for (const { url, ask } of addresses) expect([url, await ask()]).toEqual([url, undefined]);
  return new Prober(addresses, 250 / addresses.length, () => doing);
}

it('adopts them all with one command, and names what is left', async () => {
  const adopt = ['nx', 'g', '@poc/plugin:adopt', '--all'];
  const { code, output } = await workspace.exec(...adopt);
  expect({ code, output }).toMatchObject({ code: 2 });
  for (const { name, folder } of boutiqueServices)
    expect(output).toMatch(new RegExp(`^${name} \\(${folder}\\): `, 'm'));
  expect(await workspace.changes()).toBe('');
  await workspace.succeed(...adopt, '--write');
  await workspace.commit('feat: what a release asks for');
  expect(await workspace.exec(...adopt)).toMatchObject({ code: 0 });
});

it('releases all eleven', async () => {
  await release();
  const lines = await builds();
  for (const { name } of boutiqueServices)
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${name} +\\d{8}-1 .* healthy`)));
  prober = await startProber();
});

it('releases them again and rolls one back, and no call fails', async () => {
  doing = 'the second release';
  for (const { folder } of boutiqueServices) workspace.writeText(`${folder}/version.txt`, '2\n');
  await workspace.commit('feat: a second version');
  await release();
  doing = 'the rollback of checkout';
  const tag = (await workspace.git('tag', '--list', 'checkout-*-1')).trim();
  await workspace.succeed('poc', 'run', 'checkout:rollback', '--env=dev', `--tag=${tag}`, '--reason=a trial');
  const lines = await builds();
  expect(lines).toContainEqual(expect.stringMatching(/^checkout +\d{8}-1 /));
  expect(lines).toContainEqual(expect.stringMatching(/^payment +\d{8}-2 /));
  const { requests, failed } = await prober.stop();
  console.log(`${requests} calls of ${calledServices.length} services, ${failed.length} failed`);
  expect(failed.map(describeFailed)).toEqual([]);
  expect(requests).toBeGreaterThan(500);
});

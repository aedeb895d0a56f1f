import { join } from 'node:path';
import { AzureDevOpsSimulator, person } from '../../../simulators/src/azure-agent/azure-devops-simulator.ts';
import { AzureProject } from '../../../simulators/src/azure-agent/azure-runner.ts';
import { provisioned, writeSmallProvisioning } from './small-provisioning.ts';
import { HttpOrigin } from '../../../scratch-workspace/src/http-origin.ts';
import { repositoryRoot } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

// Each step of a pipeline is done for real, on a machine that may be busy.
jest.setTimeout(30 * 60_000);

const environments = ['dev', 'preprod', 'prod'];
let workspace: ScratchWorkspace;
let project: AzureProject;
/** The approver's answer for prod. */
let isApproved = false;
let origin: HttpOrigin;
let devOps: AzureDevOpsSimulator;

beforeAll(async () => {
  // Only provisions, and deploys nothing.
  workspace = await ScratchWorkspace.create('provisioning pipelines', { account: 'administrator' });
  writeSmallProvisioning(workspace, 40);
  await workspace.commit('feat: namespaces with limits');
  await workspace.git(['push', '--quiet', 'origin', 'main']);
  origin = await HttpOrigin.start(workspace.origin);
  devOps = await AzureDevOpsSimulator.start();
  devOps.addEnvironment('prod', [person('Grace Hopper')]);
  project = new AzureProject({
    ...{ origin: workspace.origin, remote: origin.repository, devOps },
    packages: join(repositoryRoot, 'node_modules'),
    secureFiles: Object.fromEntries(
      environments.flatMap((name) =>
        ['planner', 'provisioning'].map((account) => [
          `kubeconfig-${name}-${account}`,
          workspace.administratorKubeconfig,
        ]),
      ),
    ),
    environments: { dev: () => true, preprod: () => true, prod: () => isApproved },
    agents: 3,
  });
  project.define('provisioning', 'Infrastructure/pipelines/azure-pipelines.provisioning.yml');
});
afterAll(async () => {
  project?.remove();
  await Promise.all([origin?.stop(), devOps?.stop()]);
  expect(devOps?.complaints).toEqual([]);
  await workspace?.remove();
});

const all = () => Promise.all(environments.map((environment) => provisioned(workspace, environment)));
let first: string;

/** Runs the pipeline, which must end well. */
async function well(parameters: Readonly<Record<string, string>> = {}): Promise<void> {
  const { outcome, log } = await project.run('provisioning', { parameters });
  if (outcome !== 'Succeeded') throw new Error(`${outcome}:\n${log}`);
}

describe("Azure's pipeline of provisioning", () => {
  it('packages, shows all differences, and goes from environment to environment, up to the one that asks', async () => {
    const { outcome, stages, log } = await project.run('provisioning');
    expect([outcome, stages]).toEqual([
      'Failed',
      {
        package: 'Succeeded',
        diff: 'Succeeded',
        provision_dev: 'Succeeded',
        provision_preprod: 'Succeeded',
        plan_prod: 'Succeeded',
        provision_prod: 'Failed',
      },
    ]);
    expect(log).toMatch(/ResourceQuota usual .*created/);
    [first] = await provisioned(workspace, 'preprod');
    expect(first).toMatch(/^\d{8}-1$/);
    expect(await all()).toEqual([
      [first, '40'],
      [first, '40'],
      ['', ''],
    ]);
    expect(await workspace.git(['tag', '--list'], workspace.origin)).toBe(`provisioning-${first}`);
  });

  it('goes there, too, once somebody approves', async () => {
    isApproved = true;
    writeSmallProvisioning(workspace, 50);
    await workspace.commit('feat: more pods');
    await workspace.git(['push', '--quiet', 'origin', 'main']);
    await well();
    const second = first.replace(/-1$/, '-2');
    expect(await all()).toEqual([
      [second, '50'],
      [second, '50'],
      [second, '50'],
    ]);
  });

  it('goes back by tag', async () => {
    await well({ tag: first });
    expect(await all()).toEqual([
      [first, '40'],
      [first, '40'],
      [first, '40'],
    ]);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AzureDevOpsSimulator, person } from '../../../simulators/src/azure-agent/azure-devops-simulator.ts';
import { AzureProject, type PipelineRun, type RunRequest } from '../../../simulators/src/azure-agent/azure-runner.ts';
import { HttpOrigin } from '../../../scratch-workspace/src/http-origin.ts';
import { repositoryRoot } from '../../../scratch-workspace/src/platform.ts';
import { runningBuild } from '../../../scratch-workspace/src/state/running-build.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { tagsOf } from '../../../scratch-workspace/src/state/registry-state.ts';

// Each step of a pipeline is done for real, on a machine that may be busy.
jest.setTimeout(30 * 60_000);

let workspace: ScratchWorkspace;
let project: AzureProject;
/** The approver's answer for prod. */
let isApproved = false;
let origin: HttpOrigin;
let devOps: AzureDevOpsSimulator;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('azure pipelines');
  const environments = ['dev', 'preprod', 'prod'];
  const secureFiles = environments.flatMap((name) => [
    ...['', '-planner', '-rollback'].map((end) => [`kubeconfig-${name}${end}`, workspace.kubeconfig(name)]),
    [`kubeconfig-${name}-provisioning`, workspace.administratorKubeconfig],
  ]);
  origin = await HttpOrigin.start(workspace.origin);
  devOps = await AzureDevOpsSimulator.start();
  devOps.addEnvironment('prod', [person('Grace Hopper')]);
  project = new AzureProject({
    ...{ origin: workspace.origin, remote: origin.repository, devOps },
    packages: join(repositoryRoot, 'node_modules'),
    secureFiles: Object.fromEntries(secureFiles) as Record<string, string>,
    environments: { dev: () => true, preprod: () => true, prod: () => isApproved, 'rollback-prod': () => true },
    agents: 2,
  });
  for (const name of ['service', 'release', 'affected', 'provisioning'])
    project.define(name, `Infrastructure/pipelines/azure-pipelines.${name}.yml`);
  project.define('orders', 'apps/orders/azure-pipelines.yml');
});
afterAll(async () => {
  project?.remove();
  await Promise.all([origin?.stop(), devOps?.stop()]);
  expect(devOps?.complaints).toEqual([]);
  await workspace?.remove();
});

/** Runs a pipeline that must end well. */
async function well(pipeline: string, request?: RunRequest): Promise<PipelineRun> {
  const run = await project.run(pipeline, request);
  if (run.outcome !== 'Succeeded') throw new Error(`${pipeline} ${run.outcome}:\n${run.log}`);
  return run;
}

const running = (service: string, environment: string) => runningBuild(workspace, service, environment);

interface History {
  readonly environments: readonly {
    readonly records: readonly { readonly actor: { person: string; run: string }; readonly cause: object }[];
  }[];
}

/** The newest record of a deployment. */
async function newestRecord(service: string, environment: string) {
  const output = await workspace.taskSuccessfully(['run', `${service}:history`, `--env=${environment}`, '--json']);
  const line = output.split('\n').find((each) => each.startsWith('{"service"'));
  return (JSON.parse(line!) as History).environments[0]!.records[0]!;
}

/** Returns the legs of a matrix that ran, in alphabetical order: `release agent_1`. */
const legsOf = ({ jobs }: PipelineRun) =>
  Object.keys(jobs)
    .filter((name) => name.startsWith('release '))
    .sort();

async function push(message: string): Promise<void> {
  await workspace.commit(message);
  await workspace.git(['push', '--quiet', 'origin', 'main']);
}

/** The first release of each service. */
const first: Record<string, string> = {};

describe('the pipeline of services', () => {
  it('releases two of them at once, from one file, under the numbers of its runs', async () => {
    const names = ['orders', 'payments'];
    const runs = await Promise.all(names.map((service) => well('service', { parameters: { service } })));
    const refs = await workspace.originRefs();
    for (const [index, service] of names.entries()) {
      const { buildNumber, artifacts, tags } = runs[index]!;
      expect(buildNumber).toMatch(/^\d{8}-[12]$/);
      expect(refs).toContain(`refs/tags/${service}-${buildNumber} `);
      expect(await tagsOf(`${workspace.id}/${service}`)).toEqual([buildNumber]);
      expect(await running(service, 'preprod')).toBe(buildNumber);
      expect(await running(service, 'prod')).toBe('');
      expect(tags).toEqual([service]);
      const published = readFileSync(join(artifacts, 'specification/openapi.yaml'), 'utf8');
      expect(published).toBe(workspace.read(`apps/${service}/openapi.yaml`));
      first[service] = buildNumber;
    }
    expect(first['orders']).not.toBe(first['payments']);
    const { actor } = await newestRecord('orders', 'preprod');
    expect(actor.person).toBe('Ada Lovelace');
    expect(actor.run).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/example\/shop\/_build\/results\?buildId=[12]$/);
  });

  it('does nothing when it is there already', async () => {
    const before = await workspace.originRefs();
    const { log } = await well('orders');
    expect(log).toMatch(/^orders +\d{8}-1 .* already running$/m);
    expect(await workspace.originRefs()).toBe(before);
  });
});

describe('the release pipeline', () => {
  it('brings nothing to prod without an approval', async () => {
    const run = await project.run('release', { parameters: { action: 'promote', service: 'orders' } });
    expect(run.outcome).toBe('Failed');
    expect(run.stages['promote_prod']).toBe('Failed');
    expect(await running('orders', 'prod')).toBe('');
  });

  it('is begun by the pipeline of a service, and brings that service to prod once somebody approves', async () => {
    isApproved = true;
    const { stages, jobs } = await well('release', { triggeredBy: 'orders' });
    expect(stages).toMatchObject({
      ...{ release: 'Succeeded', plan_prod: 'Succeeded', promote_prod: 'Succeeded', rollback_prod: 'Skipped' },
    });
    expect(jobs['plan_prod']?.log).toMatch(/orders: the plan is plan-[0-9a-f]{32}; to approve of it: /);
    // Only a job that may build has the languages of services.
    const setUp = ['build', 'release', 'promote_prod'].map(
      (name) => /^--- Install Go .*$/m.exec(jobs[name]?.log ?? '')?.[0],
    );
    expect(setUp).toEqual(['--- Install Go 1.24.0', undefined, undefined]);
    expect(await running('orders', 'prod')).toBe(first['orders']);
    expect(await running('payments', 'prod')).toBe('');
    const approvedBy = { names: ['Grace Hopper@acme.example'], by: 'azure-check' };
    expect(await newestRecord('orders', 'prod')).toMatchObject({ cause: { approvedBy } });
  });
});

describe('the release pipeline, when all is there', () => {
  it('asks nobody, because nothing is planned', async () => {
    isApproved = false;
    const { stages } = await well('release', { parameters: { action: 'promote', service: 'orders' } });
    expect(stages).toMatchObject({ plan_prod: 'Succeeded', promote_prod: 'Skipped' });
  });
});

describe('the pipeline of what is affected', () => {
  const broken = 'libs/service-host/src/broken.spec.ts';
  let before: string;

  it('releases what is outdated, and nothing else', async () => {
    const run = await well('affected');
    expect(legsOf(run)).toEqual(['release agent_1']);
    expect(run.jobs['build agent_1']?.log).toMatch(/^go version go1\.\d+/m);
    expect(await running('inventory', 'preprod')).toMatch(/^\d{8}-1$/);
    expect(await running('orders', 'preprod')).toBe(first['orders']);
  });

  it('has no job that releases when nothing is outdated', async () => {
    before = await workspace.originRefs();
    const run = await well('affected');
    expect(run.jobs).toMatchObject({ affected: { outcome: 'Succeeded' }, release: { outcome: 'Skipped' } });
    expect(run.jobs['affected']?.log).toMatch(/^restored .*\.packages\/go$/m);
    expect(await workspace.originRefs()).toBe(before);
  });

  it('releases nothing when a check fails', async () => {
    workspace.write(broken, "it('is broken', () => expect(1).toBe(2));\n");
    workspace.edit('libs/service-host/src/index.ts', /$/, '\nexport const touched = true;\n');
    await push('feat(service-host): something both services get, and a test that fails');
    const run = await project.run('affected');
    expect(run.outcome).toBe('Failed');
    expect(run.jobs).toMatchObject({ affected: { outcome: 'Failed' }, release: { outcome: 'Skipped' } });
    expect(run.jobs['affected']?.log).toContain('is broken');
    expect(await workspace.originRefs()).toBe(before);
  });

  it('heals that with the next run, whatever its commit changes: both services by a matrix', async () => {
    await workspace.git(['rm', '--quiet', broken]);
    await push('test(service-host): without the test that failed');
    const run = await well('affected');
    expect(run.jobs['affected']?.log).toContain('nx run service-host:test');
    expect(legsOf(run)).toEqual(['release agent_1', 'release agent_2']);
    const refs = await workspace.originRefs();
    for (const service of ['orders', 'payments']) {
      const build = await running(service, 'preprod');
      expect(build).not.toBe(first[service]);
      expect(refs).toContain(`refs/tags/${service}-${build} `);
    }
    expect(await running('inventory', 'preprod')).toMatch(/^\d{8}-1$/);
  });
});

describe('a rollback', () => {
  it('goes back to a release, and no later run brings the one that was left', async () => {
    const parameters = { action: 'rollback', service: 'orders', environment: 'preprod', tag: first['orders']! };
    const { stages } = await well('release', { parameters });
    expect(Object.entries(stages).filter(([, outcome]) => outcome !== 'Skipped')).toEqual([
      ['rollback_preprod', 'Succeeded'],
    ]);
    expect(await running('orders', 'preprod')).toBe(first['orders']);
    const before = await workspace.originRefs();
    const run = await well('affected');
    expect(run.jobs['release agent_1']?.log).toMatch(/orders +\d{8}-\d+ .* is held in preprod/);
    expect(await workspace.originRefs()).toBe(before);
    expect(await running('orders', 'preprod')).toBe(first['orders']);
  });
});

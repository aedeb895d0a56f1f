import { join } from 'node:path';
import { AzureProject, type PipelineRun } from '../../../simulators/src/azure-agent/azure-runner.ts';
import { kubectl, repositoryRoot } from '../../../scratch-workspace/src/platform.ts';
import { tagsOf } from '../../../scratch-workspace/src/state/registry-state.ts';
import { runningBuild } from '../../../scratch-workspace/src/state/running-build.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

// Ten releases at once on a machine of two cores, which may be busy with other things.
jest.setTimeout(60 * 60_000);

const services = ['orders', 'payments', 'shipments', 'invoices', 'returns'];

let workspace: ScratchWorkspace;
let project: AzureProject;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('pipelines at once');
  for (const service of services.slice(2)) await workspace.nxSuccessfully(['g', '@poc/plugin:service', service]);
  await workspace.commit('feat: three more services');
  project = new AzureProject({
    origin: workspace.origin,
    packages: join(repositoryRoot, 'node_modules'),
    secureFiles: {
      'kubeconfig-preprod': workspace.kubeconfig('preprod'),
      'kubeconfig-preprod-planner': workspace.kubeconfig('preprod'),
    },
    environments: {},
    agents: 10,
  });
  project.define('service', 'Infrastructure/pipelines/azure-pipelines.service.yml');
});
afterAll(async () => {
  project?.remove();
  await workspace?.remove();
});

interface Record {
  readonly release: { readonly buildNumber: string };
  readonly outcome: string;
}

/** Returns the records of each service in preprod, the newest first. */
async function recordsOf(service: string): Promise<readonly Record[]> {
  const output = await workspace.taskSuccessfully(['run', `${service}:history`, '--env=preprod', '--json']);
  const line = output.split('\n').find((each) => each.startsWith('{"service"'));
  return (JSON.parse(line!) as { environments: { records: Record[] }[] }).environments[0]!.records;
}

it('ten pipelines for five services lose nothing, whatever overtakes what', async () => {
  // Two commits for each service; the second round is begun while the first one goes on.
  const plans: { service: string; commit: string }[] = [];
  for (const seconds of [11, 12]) {
    for (const service of services) {
      workspace.edit(`apps/${service}/k8s/deployment.yaml`, /periodSeconds: 1\d/, `periodSeconds: ${seconds}`);
      plans.push({ service, commit: await workspace.commit(`feat(${service}): is asked every ${seconds} s`) });
    }
  }
  await workspace.git(['push', '--quiet', 'origin', 'main']);
  const runs = await Promise.all(
    plans.map(async ({ service, commit }) => ({
      service,
      commit,
      run: await project.run('service', { parameters: { service }, commit }),
    })),
  );

  const failed = runs.filter(({ run }) => run.outcome !== 'Succeeded');
  expect(failed.map(({ service, run }) => `${service} ${run.outcome}:\n${run.log}`)).toEqual([]);
  expect(new Set(runs.map(({ run }) => run.buildNumber)).size).toBe(10);
  const deployed = ({ service, run }: { service: string; run: PipelineRun }) => {
    const row = `^${service} +(?:${run.buildNumber} .*)?preprod +(deployed|skipped: the newer \\S+ (?:runs|has been built))`;
    return new RegExp(row, 'm').exec(run.log)?.[1]?.replace(/ \d{8}-\d+/, '') ?? run.log;
  };
  // What was built is put in, unless a later commit was faster.
  const ends = ['deployed', 'skipped: the newer runs', 'skipped: the newer has been built'];
  for (const each of runs) expect(ends).toContain(deployed(each));
  const built = runs.filter(({ service, run }) =>
    new RegExp(`^${service} +${run.buildNumber} +[0-9a-f]{12} +released$`, 'm').test(run.log),
  );

  const refs = await workspace.git(
    ['for-each-ref', '--format=%(refname:short) %(*objectname)', 'refs/tags'],
    workspace.origin,
  );
  for (const { service, commit, run } of built) expect(refs).toContain(`${service}-${run.buildNumber} ${commit}`);
  expect(refs.split('\n')).toHaveLength(built.length);

  for (const service of services) {
    const [, newest] = runs.filter((each) => each.service === service);
    const builds = built.filter((each) => each.service === service).map(({ run }) => run.buildNumber);
    expect((await tagsOf(`${workspace.id}/${service}`)).sort()).toEqual([...builds].sort());
    expect(await runningBuild(workspace, service, 'preprod')).toBe(newest!.run.buildNumber);
    expect(deployed(newest!)).toBe('deployed');
    const probe = '--output=jsonpath={.spec.template.spec.containers[0].livenessProbe.periodSeconds}';
    const namespace = `--namespace=${workspace.namespace('preprod')}`;
    expect(await kubectl(['get', 'deployment', service, namespace, probe])).toBe('12');
    const [last, ...older] = await recordsOf(service);
    expect(last).toMatchObject({ release: { buildNumber: newest!.run.buildNumber }, outcome: 'succeeded' });
    for (const { outcome } of older) expect(outcome).toBe('succeeded');
    expect(1 + older.length).toBe(
      runs.filter((each) => each.service === service && deployed(each) === 'deployed').length,
    );
  }
  const outdated = await workspace.taskSuccessfully(['run', 'infrastructure:outdated', '--env=preprod']);
  for (const service of services) expect(outdated).not.toMatch(new RegExp(`^${service}\\b`, 'm'));
});

import { ordersManifests, ReleaseScenario } from '../../../../twins/src/release-scenario.ts';
import { releaseIt } from '../../../../twins/src/release-it.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { findRelease } from '../revision/find-release.ts';
import { planRollback, rollBack } from '../rollback/rollback.ts';
import { renderRelease } from './plan-deploy.ts';

const actor = { person: 'ada', run: 'ada@laptop' };
const environmentNames = ['dev', 'preprod', 'prod'];
const map = (name: string, value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, annotations: { poc.dev/keep-name: "true" } }\ndata:\n  A: ${value}\n`;
const job = `
apiVersion: batch/v1
kind: Job
metadata: { name: migrate, annotations: { helm.sh/hook: "pre-install,pre-upgrade" } }
spec: { template: { spec: { containers: [{ name: orders, image: x }] } } }
`;

/** The scenario with its manifests written otherwise. */
function written(files: Readonly<Record<string, string>>): ReleaseScenario {
  const scenario = new ReleaseScenario();
  scenario.repository.remove('apps/orders/k8s/all.yaml');
  for (const [path, text] of Object.entries(files)) scenario.repository.write(`apps/orders/${path}`, text);
  scenario.repository.commit();
  return scenario;
}

const kustomized = () =>
  written({
    'k8s/base/all.yaml': ordersManifests,
    'k8s/base/kustomization.yaml': 'resources: [all.yaml]',
    'k8s/overlays/preprod/kustomization.yaml': 'resources: [../../base, settings.yaml]',
    'k8s/overlays/preprod/settings.yaml': map('settings', '${ENVIRONMENT}'),
    'k8s/jobs/migrate.yaml': job,
  });
const charted = () =>
  written({
    'chart/Chart.yaml': 'name: orders',
    'chart/values.yaml': 'a: common',
    'chart/values-preprod.yaml': 'a: ${ENVIRONMENT}',
    'chart/templates/all.yaml': ordersManifests,
    'chart/templates/settings.yaml': map('{{ .Release.Name }}-{{ .Release.Namespace }}', '{{ .Values.a }}'),
    'chart/templates/migrate.yaml': job,
  });

const preprodOf = (scenario: ReleaseScenario) => scenario.environments.find(({ name }) => name === 'preprod')!;
const recordsOf = (scenario: ReleaseScenario) => scenario.clusters.get('preprod')!.records('orders');
const settingsIn = (objects: readonly KubernetesObject[]) =>
  objects.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata, ...rest }) => [metadata.name, rest['data']]);
const render = async (scenario: ReleaseScenario, name: string, build?: Parameters<typeof findRelease>[1]) => {
  const { service, ports, reporter } = scenario;
  const environment = scenario.environments.find((each) => each.name === name)!;
  const release = await findRelease('orders', build, ports);
  const target = { service, release, environment, environmentNames, actor, allowDowntime: false, adopt: false };
  return renderRelease(target, ports, reporter);
};

async function goBack(scenario: ReleaseScenario) {
  const { service, ports, reporter } = scenario;
  const where = { service, environment: preprodOf(scenario), environmentNames, mainBranch: 'main' };
  const plan = await planRollback({ ...where, to: undefined, actor, reason: undefined }, ports);
  return rollBack(plan, { timeoutMs: 1000 }, ports, reporter);
}

describe.each([
  [
    'Kustomize',
    kustomized,
    'kustomize 5.8.2',
    'settings',
    'k8s/overlays/preprod/settings.yaml',
    map('settings', 'two'),
  ],
  ['Helm', charted, 'helm 4.3.0', 'orders-preprod', 'chart/values-preprod.yaml', 'a: two'],
] as const)('manifests by %s', (_, start, by, settings, changed, otherwise) => {
  it('are deployed as plain ones are, and the record says what rendered them', async () => {
    const scenario = start();
    await releaseIt(scenario);
    const [record] = await recordsOf(scenario);
    expect(record).toMatchObject({ outcome: 'succeeded', renderedBy: by });
    expect(settingsIn(record!.manifests)).toEqual([[settings, { A: 'preprod' }]]);
    const { jobs, sources } = await render(scenario, 'preprod');
    expect(jobs.map(({ metadata }) => metadata.name)).toEqual(['migrate-20261124-1']);
    expect(String(sources.get(`ConfigMap ${settings}`))).toContain('(rendered)');
  });

  it('are those of the commit, not those on the disk', async () => {
    const scenario = start();
    await releaseIt(scenario);
    scenario.repository.write(`apps/orders/${changed}`, otherwise);
    expect(settingsIn((await render(scenario, 'preprod')).objects)).toEqual([[settings, { A: 'preprod' }]]);
  });

  it('go back without the renderer, which a build that no record has needs', async () => {
    const scenario = start();
    await releaseIt(scenario);
    scenario.repository.write(`apps/orders/${changed}`, otherwise);
    scenario.repository.commit();
    await releaseIt(scenario);
    expect(settingsIn((await recordsOf(scenario))[0]!.manifests)).toEqual([[settings, { A: 'two' }]]);
    scenario.renderer.isInstalled = false;
    await goBack(scenario);
    const [record] = await recordsOf(scenario);
    expect(record).toMatchObject({ outcome: 'succeeded', renderedBy: by, cause: { action: 'rollback' } });
    expect(settingsIn(record!.manifests)).toEqual([[settings, { A: 'preprod' }]]);
    await expect(render(scenario, 'prod')).rejects.toMatchObject({ facts: { type: 'renderer-missing' } });
  });
});

it('takes a chart from a registry by its digest', async () => {
  const digest = `sha256:${'b'.repeat(64)}`;
  const scenario = written({
    'chart/oci.yaml': `chart: oci://registry.example/charts/web\ndigest: ${digest}\n`,
    'chart/values.yaml': 'a: b',
  });
  const asked: unknown[] = [];
  scenario.charts.archives.set(digest, Buffer.from('an archive'));
  scenario.renderer.helm = async ({ files, chart, values }) => {
    asked.push(chart, values, Buffer.from(files.get(chart)!).toString());
    return { text: `---\n# Source: web/templates/all.yaml\n${ordersManifests}`, by: 'helm 4.3.0' };
  };
  await releaseIt(scenario);
  expect(asked.slice(0, 3)).toEqual(['chart.tgz', ['values.yaml'], 'an archive']);
  expect((await recordsOf(scenario))[0]).toMatchObject({ renderedBy: 'helm 4.3.0' });
});

it('says of a plain deployment nothing of a renderer', async () => {
  const scenario = new ReleaseScenario();
  await releaseIt(scenario);
  expect((await recordsOf(scenario))[0]).not.toHaveProperty('renderedBy');
  expect(scenario.renderer.renderings).toBe(0);
});

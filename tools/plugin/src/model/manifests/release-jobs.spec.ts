import fc from 'fast-check';
import { BuildNumber } from '../release/build-number.ts';
import { ImageRef } from '../image/image-ref.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { Refusal } from '../errors/product-error.ts';
import type { Release } from '../release/release.ts';
import { fieldAt } from './source/object-fields.ts';
import { isReleaseJob, jobNameOf } from './release-jobs.ts';
import { renderManifests } from './render.ts';
import { podSelectorOf, selects } from './rules/selectors.ts';

const release: Release = {
  service: 'orders',
  buildNumber: BuildNumber.parse('20261124-1')!,
  commit: 'c'.repeat(40),
  imageDigest: `sha256:${'a'.repeat(64)}`,
  contentHash: `sha256:${'b'.repeat(64)}`,
  dirty: false,
};
const image = ImageRef.of('127.0.0.1:5000', 'orders', '20261124-1', release.imageDigest);

const service = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders }
spec: { template: { spec: { containers: [{ name: orders, image: orders }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: orders }
spec: { selector: { app.kubernetes.io/name: orders }, ports: [{ port: 80 }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: orders }
spec: { maxUnavailable: 1, selector: { matchLabels: { app.kubernetes.io/instance: orders } } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: orders }
data: { url: here }
`;
const migrate = `
apiVersion: batch/v1
kind: Job
metadata: { name: migrate }
spec:
  template:
    spec:
      containers:
        - name: orders
          image: orders
          command: [migrate, "\${STEPS}"]
          envFrom: [{ configMapRef: { name: orders } }]
        - { name: proxy, image: "proxy:1" }
`;

function render(jobs: Readonly<Record<string, string>>, more = '') {
  const texts = Object.entries({ 'service.yaml': `${service}${more}`, ...jobs });
  return renderManifests({
    texts: new Map(texts.map(([path, text]) => [`apps/orders/k8s/${path}`, text])),
    folder: 'apps/orders/k8s',
    environment: { name: 'preprod', namespace: 'shop', variables: { STEPS: '3', KEPT: '86400' } },
    environmentNames: ['dev', 'preprod'],
    release,
    image,
    actor: { person: 'ada', run: 'https://ci.example/1' },
    partOf: 'shop',
  });
}

const refusal = (text: string, more = '') => refusalOf({ 'jobs/migrate.yaml': text }, more);

function refusalOf(files: Readonly<Record<string, string>>, more = ''): string {
  try {
    render(files, more);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return (error as Refusal).explain();
  }
  throw new Error('nothing was refused');
}

describe('Jobs of a release', () => {
  it('are refused beside the other manifests, where CronJobs are fine', () => {
    const job = migrate.replace(/envFrom.*/, '');
    const told = refusalOf({ 'more/seed.yaml': job });
    expect(told).toContain('apps/orders/k8s/more/seed.yaml:2: Job migrate could not be changed by the next release.');
    expect(told).toContain('Jobs go to apps/orders/k8s/jobs/');
    const cronJob =
      '{apiVersion: batch/v1, kind: CronJob, metadata: {name: nightly}, spec: {schedule: "0 3 * * *", jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: i}]}}}}}}';
    expect(render({ 'nightly.yaml': cronJob }).objects.map(({ kind }) => kind)).toContain('CronJob');
  });

  it('are rendered beside the objects, with image, values, configuration and a name of their own', () => {
    const { jobs, objects, sources } = render({ 'jobs/migrate.yaml': migrate });
    expect(objects.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Service', 'PodDisruptionBudget', 'Deployment']);
    const [job, ...others] = jobs as [KubernetesObject];
    expect(others).toEqual([]);
    expect(job.metadata).toMatchObject({
      name: 'migrate-20261124-1',
      namespace: 'shop',
      labels: {
        'app.kubernetes.io/version': '20261124-1',
        'app.kubernetes.io/managed-by': 'poc',
        'poc.dev/service': 'orders',
        'poc.dev/job': 'migrate',
      },
      annotations: { 'poc.dev/build-number': '20261124-1', 'poc.dev/image-digest': release.imageDigest },
    });
    expect(job['spec']).toEqual({
      backoffLimit: 0,
      activeDeadlineSeconds: 86_400,
      ttlSecondsAfterFinished: 604_800,
      template: {
        metadata: {
          labels: { 'app.kubernetes.io/name': 'orders.job', 'app.kubernetes.io/instance': 'orders.job' },
        },
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: 'orders',
              image: image.toString(),
              command: ['migrate', '3'],
              envFrom: [{ configMapRef: { name: objects[0]!.metadata.name } }],
            },
            { name: 'proxy', image: 'proxy:1' },
          ],
        },
      },
    });
    expect(String(sources.get('Job migrate-20261124-1'))).toBe('apps/orders/k8s/jobs/migrate.yaml:2');
    expect(isReleaseJob(job)).toBe(true);
    expect(objects.some(isReleaseJob)).toBe(false);
  });

  it('are none without a folder, and change nothing of the objects', () => {
    expect(render({}).jobs).toEqual([]);
    expect(render({ 'jobs/migrate.yaml': migrate }).objects).toEqual(render({}).objects);
  });

  it('keep what they say themselves, take in their overlay, and run in the order of their files', () => {
    const fields = 'spec: {backoffLimit: 2, ttlSecondsAfterFinished: "${KEPT}"}';
    const { jobs } = render({
      'jobs/2-seed.yaml': migrate.replace('name: migrate', 'name: archive'),
      'jobs/1-migrate.yaml': migrate,
      'jobs/preprod.yaml': `{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, ${fields}}`,
      'jobs/dev.yaml': 'not: read',
      'jobs/README.md': '{{{',
    });
    expect(jobs.map(({ metadata }) => metadata.name)).toEqual(['migrate-20261124-1', 'archive-20261124-1']);
    expect(jobs[0]!['spec']).toMatchObject({ backoffLimit: 2, ttlSecondsAfterFinished: 86_400 });
    expect(jobs[1]!['spec']).toMatchObject({ backoffLimit: 0 });
  });

  it('make pods that nothing of the service takes for its own', () => {
    const { jobs, objects } = render({ 'jobs/migrate.yaml': migrate });
    const labels = fieldAt(jobs[0], 'spec', 'template', 'metadata', 'labels');
    expect(objects.filter((object) => selects(podSelectorOf(object), labels))).toEqual([]);
    const labelled = migrate.replace(
      '    spec:',
      '    metadata: {labels: {app.kubernetes.io/name: orders}}\n    spec:',
    );
    expect(refusal(labelled)).toMatch(
      /jobs\/migrate.yaml:2: Service orders would select the pods of Job migrate-20261124-1\./,
    );
    const greedy =
      '\n---\n{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: all}, spec: {selector: {}}}';
    expect(refusal(migrate, greedy)).toContain('PodDisruptionBudget all would select the pods');
  });

  it.each([
    [/kind: Job/, 'kind: CronJob', /jobs\/migrate.yaml:2: CronJob migrate is not a Job/],
    [/batch\/v1/, 'example.org/v1', /Job migrate is not a Job: only Jobs \(batch\/v1\)/],
    [/name: migrate/, 'name: Migrate_All', /the Job cannot be named "Migrate_All"/],
    [/spec:\n/, 'spec:\n  ttlSecondsAfterFinished: 60\n', /ttlSecondsAfterFinished is 60; with less than 3600/],
    [/spec:\n/, 'spec:\n  manualSelector: true\n', /remove spec.selector and spec.manualSelector/],
    [/STEPS/, 'STEP', /Job migrate: \$\{STEP\} in .* did you mean \$\{STEPS\}/],
  ])('are refused with %s → %j', (from, to, why) => expect(refusal(migrate.replace(from, to))).toMatch(why));

  it('have names that are DNS labels, one for each Job and build', () => {
    const edge = fc.constantFrom(...'abz09');
    const middle = fc.string({ unit: fc.constantFrom(...'ab0-'), maxLength: 61 });
    const name = fc.tuple(edge, middle, edge).map((parts) => parts.join(''));
    const build = fc
      .integer({ min: 1, max: 999_999_999 })
      .map((revision) => BuildNumber.parse(`20261124-${revision}`)!);
    fc.assert(
      fc.property(name, name, build, build, (a, b, one, two) => {
        expect(jobNameOf(a, one)).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
        expect(jobNameOf(a, one) === jobNameOf(b, two)).toBe(a === b && one.equals(two));
      }),
    );
    expect(jobNameOf('migrate', BuildNumber.parse('20261124.1')!)).toBe('migrate-20261124-1');
  });
});

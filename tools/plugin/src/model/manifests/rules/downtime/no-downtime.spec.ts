import { Refusal } from '../../../errors/product-error.ts';
import { BuildNumber } from '../../../release/build-number.ts';
import { ImageRef } from '../../../image/image-ref.ts';
import { renderManifests } from '../../render.ts';
import { downtimeExceptions, downtimeRefusal, downtimeRisks, needlessExceptions } from './no-downtime.ts';

const digest = `sha256:${'a'.repeat(64)}` as const;

function render(...objects: readonly object[]) {
  return renderManifests({
    texts: new Map(objects.map((object, index) => [`k8s/${index}.json`, JSON.stringify(object, undefined, 1)])),
    folder: 'k8s',
    environment: { name: 'preprod', namespace: 'shop', variables: {} },
    environmentNames: ['preprod'],
    release: {
      service: 'mailer',
      buildNumber: BuildNumber.parse('20261124-1')!,
      commit: 'c'.repeat(40),
      imageDigest: digest,
      contentHash: `sha256:${'b'.repeat(64)}`,
      dirty: false,
    },
    image: ImageRef.parse(`acr.example/mailer:20261124-1@${digest}`)!,
    actor: { person: 'ada', run: 'ada@laptop' },
    partOf: 'shop',
  });
}

function risksOf(...objects: readonly object[]) {
  const rendered = render(...objects);
  return downtimeRisks('mailer', rendered.objects, rendered.sources);
}

interface Wishes {
  readonly kind?: string;
  readonly annotations?: object;
  readonly podAnnotations?: object;
  readonly spec?: object;
  readonly pod?: object;
  readonly container?: object;
}

const livenessProbe = { exec: { command: ['true'] } };
const worker = ({ kind = 'Deployment', annotations, podAnnotations, spec, pod, container }: Wishes = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'mailer', ...(annotations ? { annotations } : {}) },
  spec: {
    ...spec,
    template: {
      ...(podAnnotations ? { metadata: { annotations: podAnnotations } } : {}),
      spec: { ...pod, containers: [{ name: 'mailer', image: 'mailer', livenessProbe, ...container }] },
    },
  },
});
const service = (selector: object = { 'app.kubernetes.io/name': 'mailer' }) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'mailer' },
  spec: { selector, ports: [{ port: 80 }] },
});
const why = { 'poc.dev/allow-downtime': 'One pod, for two would send each mail twice.' };

describe('rules for pods that no Service sends requests to', () => {
  it.each([
    ['one pod', {}],
    ['one pod at a time', { spec: { replicas: 1, strategy: { type: 'Recreate' } } }],
    ['a StatefulSet', { kind: 'StatefulSet' }],
    ['a DaemonSet', { kind: 'DaemonSet' }],
    ['time to end its work', { pod: { terminationGracePeriodSeconds: 3600 } }],
    ['a port for its metrics', { container: { ports: [{ name: 'metrics', containerPort: 9464 }] } }],
  ])('have nothing against a worker with %s', (_, wishes) => expect(risksOf(worker(wishes))).toEqual([]));

  it.each([
    ['spec.strategy.type', { spec: { strategy: { type: 'OnDelete' } } }, /leaves replacing pods/],
    [
      'terminationGracePeriodSeconds',
      { pod: { terminationGracePeriodSeconds: 0 } },
      /it is 0, so a pod is ended at once/,
    ],
    [
      'terminationGracePeriodSeconds',
      {
        pod: { terminationGracePeriodSeconds: 20 },
        container: { lifecycle: { preStop: { exec: { command: ['sh', '-c', 'drain; sleep 20'] } } } },
      },
      /preStop alone takes 20/,
    ],
  ])('protect its work: %s', (field, wishes, reason) => {
    const risks = risksOf(worker(wishes));
    expect(risks).toMatchObject([{ severity: 'refuse', field, stake: 'work', reason: expect.stringMatching(reason) }]);
    expect(downtimeRefusal('mailer', 'preprod', risks).explain()).toContain('Work would be cut off. k8s/0.json:');
    expect(risksOf(worker({ ...wishes, annotations: why }))).toMatchObject([{ severity: 'warn', field }]);
  });

  it('warn of what hangs, of none at all, and of a budget that lets no node be drained', () => {
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'mailer' },
      spec: { maxUnavailable: 0, selector: { matchLabels: { 'app.kubernetes.io/name': 'mailer' } } },
    };
    const risks = risksOf(worker({ spec: { replicas: 0 }, container: { livenessProbe: null } }), budget);
    expect(risks.map(({ severity, field }) => `${severity} ${field}`)).toEqual([
      'warn spec.replicas',
      'warn container mailer, livenessProbe',
      'warn spec.maxUnavailable of PodDisruptionBudget mailer',
    ]);
  });

  it('are those for requests where a Service finds its pods, or should and does not', () => {
    const risky = expect.arrayContaining([expect.objectContaining({ severity: 'refuse', field: 'spec.replicas' })]);
    expect(risksOf(worker(), service())).toEqual(risky);
    expect(risksOf(worker(), service({ app: 'mailler' }))).toEqual(risky);
    const beside = { ...worker(), metadata: { name: 'mailer-queue' } };
    expect(new Set(risksOf(worker(), service(), beside).map(({ object }) => object))).toEqual(
      new Set(['Deployment mailer']),
    );
  });
});

describe('an exception in the manifest of a workload', () => {
  it('lifts the rules of that workload, and of no other', () => {
    const other = { ...worker(), metadata: { name: 'mailer-api' } };
    const api = {
      ...other,
      spec: { ...other.spec, template: { ...other.spec.template, metadata: { labels: { api: 'yes' } } } },
    };
    const risks = risksOf(worker({ annotations: why }), service(), api, {
      ...service({ api: 'yes' }),
      metadata: { name: 'mailer-api' },
    });
    const refused = new Set(risks.filter(({ severity }) => severity === 'refuse').map(({ object }) => object));
    expect(refused).toEqual(new Set(['Deployment mailer-api']));
  });

  it('is known with its reason and the rules that it lifts', () => {
    const { objects } = render(worker({ annotations: why, container: { readinessProbe: livenessProbe } }), service());
    expect(downtimeExceptions('mailer', objects)).toEqual([
      {
        object: 'Deployment mailer',
        reason: 'One pod, for two would send each mail twice.',
        lifted: [
          'spec.replicas',
          'spec.strategy.rollingUpdate.maxUnavailable',
          'container mailer, lifecycle.preStop',
          'PodDisruptionBudget',
        ],
      },
    ]);
    expect(downtimeExceptions('mailer', render(worker()).objects)).toEqual([]);
  });

  it('is told when nothing needs it', () => {
    const { objects, sources } = render(worker({ annotations: why }));
    const needed = downtimeExceptions('mailer', objects);
    expect(needed).toEqual([]);
    expect(needlessExceptions(objects, needed, sources)).toEqual([
      expect.stringMatching(/^k8s\/0\.json:\d+: Deployment mailer, poc\.dev\/allow-downtime: it is not needed/),
    ]);
    const serving = render(worker({ annotations: why }), service());
    expect(needlessExceptions(serving.objects, downtimeExceptions('mailer', serving.objects))).toEqual([]);
  });

  it('has a reason of one line, whatever it was written in', () => {
    const text = 'One pod,\n  for \u001b[31mtwo\u0007 would\tsend twice. ';
    const { objects } = render(worker({ annotations: { 'poc.dev/allow-downtime': text } }), service());
    expect(downtimeExceptions('mailer', objects)[0]?.reason).toBe('One pod, for [31mtwo would send twice.');
  });

  const cronJob = (annotations: object) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'mailer', annotations },
    spec: {
      schedule: '0 3 * * *',
      jobTemplate: { spec: { template: { spec: { containers: [{ name: 'mailer', image: 'mailer' }] } } } },
    },
  });

  it.each<[string, readonly object[], RegExp]>([
    [
      'no word',
      [worker({ annotations: { 'poc.dev/allow-downtime': '' } })],
      /k8s\/0\.json:\d+: .*"", which says not why/,
    ],
    ['one word', [worker({ annotations: { 'poc.dev/allow-downtime': 'yes' } })], /"yes", which says not why/],
    [
      'a novel',
      [worker({ annotations: { 'poc.dev/allow-downtime': 'x '.repeat(200) } })],
      /399 characters: .* 300 at most/,
    ],
    [
      'a place that is not reviewed as such',
      [worker({ podAnnotations: why })],
      /on its pods: it belongs into metadata/,
    ],
    [
      'a Service',
      [worker(), { ...service(), metadata: { name: 'mailer', annotations: why } }],
      /lifts rules of Deployments/,
    ],
    ['a CronJob', [cronJob(why)], /it has none to lift/],
  ])('is refused with %s', (_, objects, reason) => {
    const refusal = refusalOf(() => render(...objects));
    expect([refusal.exitCode, refusal.facts.type]).toEqual([2, 'bad-manifest']);
    expect(refusal.facts.reason).toMatch(reason);
    expect(refusal.facts.reason).toContain('k8s/');
  });
});

function refusalOf(action: () => unknown): Refusal {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('not refused');
}

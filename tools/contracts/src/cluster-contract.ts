import { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import type { Actor } from '../../plugin/src/model/release/actor.ts';
import type {
  DeploymentOutcome,
  DeploymentRecord,
  Hold,
  NewDeploymentRecord,
  ProbeResult,
} from '../../plugin/src/model/deploy/deployment-record.ts';
import { ImageRef } from '../../plugin/src/model/release/image-ref.ts';
import { jobEnding } from '../../plugin/src/model/deploy/job-step.ts';
import type { KubernetesObject } from '../../plugin/src/model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../plugin/src/model/manifests/source/object-fields.ts';
import { renderManifests, type Rendered } from '../../plugin/src/model/manifests/render.ts';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { Release } from '../../plugin/src/model/release/release.ts';
import type {
  ChangeSet,
  Cluster,
  JobOptions,
  JobResult,
  PlanOptions,
  RolloutResult,
} from '../../plugin/src/ports/cluster.ts';
import type { JobScript } from '../../twins/src/in-memory-jobs.ts';
import { runningIn } from './running-in.ts';

/** One namespace under test, and hands to change it with. */
export interface ClusterScenario {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Another deployer at the same namespace. */
  another(): Promise<Cluster>;
  /** A cluster, or a namespace, that is not there. */
  readonly absent: Cluster;
  /** Image that can be run, by digest, as `registry/repository:tag@sha256:…`. */
  readonly image: string;
  /** Command that keeps a container of that image running. */
  readonly command: readonly string[];
  /** Puts an object in with `kubectl apply`. */
  put(object: KubernetesObject): Promise<void>;
  /** Merges fields into an object as somebody else. */
  edit(kind: string, name: string, manager: string, path: readonly string[], value: unknown): Promise<void>;
  remove(kind: string, name: string): Promise<void>;
  read(kind: string, name: string): Promise<KubernetesObject | undefined>;
  /** Makes the next rollout of a workload find no image. */
  breakImage(workload: string): Promise<void>;
  /** Command of a container by which the next run of a Job goes so. @param job its name in the manifest. */
  jobCommand(job: string, script: JobScript): readonly string[];
  /** Lets the holder of a service's lock die without a word. */
  killHolder(service: string): Promise<void>;
}

const ada: Actor = { person: 'ada', run: 'https://ci.example/1' };
const bob: Actor = { person: 'bob', run: 'bob@laptop' };

/** What every cluster must do. @param start makes an empty namespace. */
export function clusterContract(start: () => Promise<ClusterScenario>): void {
  const releaseOf = ({ image }: ClusterScenario, number = '20261124-1'): Release => ({
    service: 'orders',
    buildNumber: BuildNumber.parse(number)!,
    commit: 'c'.repeat(40),
    imageDigest: ImageRef.parse(image)!.digest!,
    contentHash: `sha256:${'b'.repeat(64)}`,
    dirty: false,
  });

  interface Wishes {
    readonly number?: string;
    readonly actor?: Actor;
    readonly note?: string;
    readonly image?: string;
    readonly replicas?: number;
    readonly more?: readonly object[];
    /** How the Job `migrate` goes. */
    readonly job?: JobScript;
  }

  const objectsOf = (scenario: ClusterScenario, wishes: Wishes = {}) => renderOf(scenario, wishes).objects;
  const jobOf = (scenario: ClusterScenario, job: JobScript, wishes: Wishes = {}): KubernetesObject =>
    renderOf(scenario, { ...wishes, job }).jobs[0]!;
  const renderOf = (scenario: ClusterScenario, wishes: Wishes = {}): Rendered => {
    const command = wishes.job && scenario.jobCommand('migrate', wishes.job);
    const container = { name: 'orders', image: 'orders', command };
    const pod = { terminationGracePeriodSeconds: 0, containers: [container] };
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrate' },
      spec: { template: { spec: pod } },
    };
    const all = [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'orders' }, data: { note: wishes.note ?? 'one' } },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'orders' },
        spec: { selector: { 'app.kubernetes.io/name': 'orders' }, ports: [{ port: 80, targetPort: 3000 }] },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'orders' },
        spec: {
          replicas: wishes.replicas ?? 1,
          template: {
            spec: {
              terminationGracePeriodSeconds: 0,
              containers: [
                {
                  name: 'orders',
                  image: 'orders',
                  command: scenario.command,
                  envFrom: [{ configMapRef: { name: 'orders' } }],
                },
              ],
            },
          },
        },
      },
      ...(wishes.more ?? []),
    ];
    return renderManifests({
      texts: new Map([
        ['k8s/all.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: all })],
        ...(command ? [['k8s/jobs/migrate.json', JSON.stringify(job)] as const] : []),
      ]),
      folder: 'k8s',
      environment: { name: 'preprod', namespace: scenario.namespace, variables: {} },
      environmentNames: ['preprod'],
      release: releaseOf(scenario, wishes.number),
      image: ImageRef.parse(wishes.image ?? scenario.image)!,
      actor: wishes.actor ?? ada,
      partOf: 'shop',
    });
  };

  const actions = (changes: ChangeSet) => changes.map(({ kind, action }) => `${kind} ${action}`).sort();
  const all = (action: string) => [`ConfigMap ${action}`, `Deployment ${action}`, `Service ${action}`];
  const wait = (cluster: Cluster, objects: readonly KubernetesObject[], timeout = 60_000, signal?: AbortSignal) =>
    cluster.waitUntilReady(objects, { timeout, onProgress: () => {}, ...(signal ? { signal } : {}) });
  const run = async (cluster: Cluster, job: KubernetesObject, options: Partial<JobOptions> = {}) => {
    const lines: string[] = [];
    const onLine = (line: string) => void lines.push(line);
    return { lines, result: await cluster.runJob('orders', job, { timeout: 60_000, onLine, ...options }) };
  };
  const changesOf = async (cluster: Cluster, objects: readonly KubernetesObject[], options?: PlanOptions) =>
    (await cluster.plan('orders', objects, options)).changes;
  const apply = async (cluster: Cluster, objects: readonly KubernetesObject[], options?: PlanOptions) =>
    cluster.apply(await cluster.plan('orders', objects, options));
  const uidOf = async ({ read }: ClusterScenario, { metadata }: KubernetesObject) =>
    (await read('Job', metadata.name))?.metadata['uid'];
  const refusalOf = async (action: Promise<unknown>): Promise<Refusal> => {
    const error: unknown = await action.then(
      () => 'not refused',
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Refusal);
    return error as Refusal;
  };

  it('says whether it can be written to', async () => {
    const { cluster, absent } = await start();
    await cluster.check();
    expect((await refusalOf(absent.check())).exitCode).toBe(2);
  });

  it('plans without changing, applies what is not equal, and then has nothing to do', async () => {
    const scenario = await start();
    const { cluster, read } = scenario;
    const objects = objectsOf(scenario);
    expect(actions(await changesOf(cluster, objects))).toEqual(all('created'));
    expect(await read('Deployment', 'orders')).toBeUndefined();
    expect(actions(await apply(cluster, objects))).toEqual(all('created'));
    const before = await read('Service', 'orders');
    const again = objectsOf(scenario, { actor: bob });
    expect(actions(await changesOf(cluster, again))).toEqual(all('unchanged'));
    expect(actions(await apply(cluster, again))).toEqual(all('unchanged'));
    expect((await read('Deployment', 'orders'))?.metadata).toMatchObject({
      annotations: { 'poc.dev/person': 'ada', 'poc.dev/build-number': '20261124-1' },
    });
    expect(await read('Service', 'orders')).toEqual(before);
  });

  it('applies only what has changed', async () => {
    const scenario = await start();
    const { cluster, read } = scenario;
    await apply(cluster, objectsOf(scenario));
    const changed = objectsOf(scenario, { replicas: 2 });
    expect(actions(await changesOf(cluster, changed))).toEqual([
      'ConfigMap unchanged',
      'Deployment configured',
      'Service unchanged',
    ]);
    await apply(cluster, changed);
    expect(fieldAt(await read('Deployment', 'orders'), 'spec', 'replicas')).toBe(2);
    const next = objectsOf(scenario, { number: '20261124-2', actor: bob });
    expect(actions(await apply(cluster, next))).toEqual(all('configured'));
    expect((await read('Deployment', 'orders'))?.metadata.annotations).toMatchObject({ 'poc.dev/person': 'bob' });
  });

  it('takes over what others wrote, says so, and leaves what they added', async () => {
    const scenario = await start();
    const { cluster, edit, read } = scenario;
    const objects = objectsOf(scenario);
    await apply(cluster, objects);
    await edit('Deployment', 'orders', 'kubectl-scale', ['spec', 'replicas'], 0);
    await edit('Deployment', 'orders', 'some-operator', ['metadata', 'labels', 'operator.example/seen'], 'yes');
    const changes = await changesOf(cluster, objectsOf(scenario));
    expect(changes.find(({ kind }) => kind === 'Deployment')).toEqual({
      kind: 'Deployment',
      name: 'orders',
      action: 'configured',
      takenOver: ['spec.replicas from kubectl-scale'],
      fields: [{ path: 'spec.replicas', from: '0', to: '1' }],
    });
    await apply(cluster, objectsOf(scenario));
    const live = await read('Deployment', 'orders');
    expect(fieldAt(live, 'spec', 'replicas')).toBe(1);
    expect(live?.metadata.labels).toMatchObject({ 'operator.example/seen': 'yes' });
    expect(actions(await changesOf(cluster, objectsOf(scenario)))).toEqual(all('unchanged'));
  });

  it('shows what goes because kubectl wrote it and no manifest has it, and takes it away', async () => {
    const scenario = await start();
    const { cluster, edit, read } = scenario;
    await apply(cluster, objectsOf(scenario));
    const byHand = ['spec', 'template', 'metadata', 'annotations'];
    await edit('Deployment', 'orders', 'kubectl-edit', [...byHand, 'by-hand'], 'yes');
    await edit('Deployment', 'orders', 'some-operator', [...byHand, 'by-operator'], 'yes');
    const changes = await changesOf(cluster, objectsOf(scenario));
    expect(changes.find(({ kind }) => kind === 'Deployment')).toEqual({
      kind: 'Deployment',
      name: 'orders',
      action: 'configured',
      fields: [{ path: 'spec.template.metadata.annotations.by-hand', from: '"yes"', to: undefined }],
    });
    await apply(cluster, objectsOf(scenario));
    expect(fieldAt(await read('Deployment', 'orders'), ...byHand)).toEqual({ 'by-operator': 'yes' });
    expect(actions(await changesOf(cluster, objectsOf(scenario)))).toEqual(all('unchanged'));
  });

  it('leaves replicas to an autoscaler', async () => {
    const scenario = await start();
    const { cluster, edit, read } = scenario;
    const scaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'orders' },
      spec: {
        minReplicas: 1,
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'orders' },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
        ],
      },
    };
    await apply(cluster, objectsOf(scenario, { replicas: 2 }));
    // Replicas were ours and are nobody's else yet: they must not fall to 1 when they are not sent any more.
    const scaled = objectsOf(scenario, { replicas: 2, more: [scaler], note: 'two' });
    await apply(cluster, scaled);
    expect(fieldAt(await read('Deployment', 'orders'), 'spec', 'replicas')).toBe(2);
    await edit('Deployment', 'orders', 'kube-controller-manager', ['spec', 'replicas'], 3);
    const again = objectsOf(scenario, { replicas: 2, more: [scaler], note: 'two' });
    expect(actions(await changesOf(cluster, again))).toContain('Deployment unchanged');
    await apply(cluster, objectsOf(scenario, { replicas: 2, more: [scaler], note: 'three' }));
    expect(fieldAt(await read('Deployment', 'orders'), 'spec', 'replicas')).toBe(3);
  });

  it('refuses objects of other services and other deployers, unless they are to be adopted', async () => {
    const scenario = await start();
    const { cluster, put } = scenario;
    const service = objectsOf(scenario).find(({ kind }) => kind === 'Service')!;
    const owned = (labels: Record<string, string>) => ({
      ...service,
      metadata: { name: 'orders', namespace: scenario.namespace, labels },
    });
    const owners: Record<string, string>[] = [
      { 'poc.dev/service': 'payments' },
      { 'app.kubernetes.io/managed-by': 'Helm' },
    ];
    for (const labels of owners) {
      await put(owned(labels));
      const refusal = await refusalOf(cluster.plan('orders', objectsOf(scenario)));
      expect(refusal.facts.type).toBe('foreign-object');
      expect(refusal.explain()).toMatch(/Service orders .* belongs to (the service payments|Helm)/);
      await refusalOf(apply(cluster, objectsOf(scenario)));
    }
    expect(actions(await apply(cluster, objectsOf(scenario), { adopt: true }))).toContain('Service configured');
  });

  it('keeps what it adopted', async () => {
    const scenario = await start();
    const { cluster, put } = scenario;
    const { spec } = objectsOf(scenario).find(({ kind }) => kind === 'Service')!;
    const annotations = { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'shop' };
    const metadata = { name: 'orders', namespace: scenario.namespace, annotations };
    await put({ apiVersion: 'v1', kind: 'Service', metadata, spec });
    expect((await refusalOf(cluster.plan('orders', objectsOf(scenario)))).explain()).toContain('Helm (shop)');
    await apply(cluster, objectsOf(scenario), { adopt: true });
    expect(actions(await changesOf(cluster, objectsOf(scenario)))).toEqual(all('unchanged'));
  });

  it('prunes what it made and is not asked for any more, and nothing else', async () => {
    const scenario = await start();
    const { cluster, put, read } = scenario;
    const map = (name: string, more: Record<string, string> = {}) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, annotations: { 'poc.dev/keep-name': 'true', ...more } },
      data: { a: 'b' },
    });
    await put({ ...map('found'), metadata: { name: 'found', namespace: scenario.namespace } });
    await put({ ...map('foreign'), metadata: { name: 'foreign', namespace: scenario.namespace } });
    const first = objectsOf(scenario, { more: [map('made'), map('kept', { 'poc.dev/keep': 'true' }), map('found')] });
    await apply(cluster, first);
    const next = objectsOf(scenario, { note: 'two' });
    await apply(cluster, next);
    const old = first.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('orders-'))!;
    const planned = await cluster.prune('orders', next, { dryRun: true });
    expect(await read('ConfigMap', 'made')).toBeDefined();
    const pruned = await cluster.prune('orders', next);
    expect(pruned).toEqual(planned);
    expect(pruned.map(({ name, action }) => `${name} ${action}`).sort()).toEqual(
      ['made deleted', `${old.metadata.name} deleted`].sort(),
    );
    for (const name of ['found', 'foreign', 'kept']) expect(await read('ConfigMap', name)).toBeDefined();
    expect(await cluster.prune('orders', next)).toEqual([]);
    expect(await cluster.prune('payments', [])).toEqual([]);
    expect(actions(await changesOf(cluster, next))).toEqual(all('unchanged'));
  });

  it('waits until pods are ready, and tells what runs', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    expect(await runningIn(cluster, 'orders')).toBeUndefined();
    const objects = objectsOf(scenario);
    await apply(cluster, objects);
    expect(await wait(cluster, objects)).toEqual({ state: 'ready' });
    const started = performance.now();
    await cluster.waitForEndpoints(objects);
    expect(performance.now() - started).toBeLessThan(8000);
    expect(await runningIn(cluster, 'orders')).toEqual({
      buildNumber: '20261124-1',
      commit: 'c'.repeat(40),
      digests: [ImageRef.parse(scenario.image)!.digest],
      podsReady: 1,
      podsWanted: 1,
      health: 'healthy',
    });
    expect(await wait(cluster, objectsOf(scenario))).toEqual({ state: 'ready' });
  });

  /** Deploys as the use cases do, with a record. */
  const deployed = async (scenario: ClusterScenario, wishes: Wishes = {}, outcome: DeploymentOutcome = 'succeeded') => {
    const { cluster } = scenario;
    const manifests = objectsOf(scenario, wishes);
    const record = await cluster.openRecord({
      environment: 'preprod',
      release: releaseOf(scenario, wishes.number),
      manifests,
      actor: ada,
      cause: { action: 'deploy', reason: 'x'.repeat(2000) },
      startedAt: '2026-11-24T12:00:00.000Z',
    });
    await apply(cluster, manifests);
    await wait(cluster, manifests);
    return cluster.closeRecord(record, { outcome });
  };

  it('observes all services at once: what is recorded, what runs, and what others changed', async () => {
    const scenario = await start();
    const { cluster, another, edit, remove } = scenario;
    expect(await cluster.observe()).toEqual([]);
    await deployed(scenario);
    const second = await deployed(scenario, { number: '20261124-2', note: 'two' });
    const [observed, ...others] = await (await another()).observe();
    expect(others).toEqual([]);
    expect(observed).toMatchObject({
      service: 'orders',
      newest: { sequence: second.sequence, outcome: 'succeeded', actor: ada, finishedAt: second.finishedAt },
      running: { buildNumber: '20261124-2', podsReady: 1, health: 'healthy' },
      drift: [],
    });
    expect(observed?.newest?.release.buildNumber.toString()).toBe('20261124-2');
    expect(observed?.newest).not.toHaveProperty('manifests');
    expect(await cluster.observe('orders')).toEqual([observed]);
    expect(await cluster.observe('payments')).toEqual([]);
    expect((await cluster.summaries()).map(({ sequence }) => sequence).sort()).toEqual([1, 2]);
    expect(await cluster.newest()).toEqual([observed?.newest]);
    expect((await cluster.record('orders', 1))?.release.buildNumber.toString()).toBe('20261124-1');
    expect(await cluster.record('orders', 9)).toBeUndefined();

    await edit('Deployment', 'orders', 'kubectl-edit', ['spec', 'replicas'], 2);
    await edit('Deployment', 'orders', 'some-operator', ['metadata', 'labels', 'operator.example/seen'], 'yes');
    await remove('Service', 'orders');
    const [drifted] = await cluster.observe();
    expect(drifted?.drift).toHaveLength(2);
    expect(drifted?.drift).toContainEqual({ kind: 'Service', name: 'orders', state: 'missing', fields: [] });
    expect(drifted?.drift.find(({ kind }) => kind === 'Deployment')).toMatchObject({
      state: 'changed',
      fields: [{ path: 'spec.replicas', applied: '1', live: '2', by: 'kubectl-edit' }],
    });

    await deployed(scenario, { number: '20261124-3' });
    expect((await cluster.observe())[0]?.drift).toEqual([]);
  });

  it('tells that something changed, until it is told to stop', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    await deployed(scenario);
    const stop = new AbortController();
    const told: (string | undefined)[] = [];
    for await (const _ of cluster.changes(stop.signal)) {
      told.push((await cluster.observe('orders'))[0]?.running?.buildNumber);
      if (told.length === 1) await deployed(scenario, { number: '20261124-2' });
      if (told.at(-1) === '20261124-2') stop.abort();
    }
    expect(told[0]).toBe('20261124-1');
  });

  it('ends early when an image is missing, and lets a fix over it succeed', async () => {
    const scenario = await start();
    const { cluster, breakImage } = scenario;
    const digest = `sha256:${'d'.repeat(64)}`;
    const broken = objectsOf(scenario, { image: scenario.image.replace(/@.*/, `@${digest}`), number: '20261124-2' });
    await breakImage('orders');
    await apply(cluster, broken);
    const started = performance.now();
    const result = (await wait(cluster, broken)) as RolloutResult & { state: 'failed' };
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(result.state).toBe('failed');
    expect(result.reason).toMatch(/orders.*image/i);
    const fixed = objectsOf(scenario);
    await apply(cluster, fixed);
    expect(await wait(cluster, fixed)).toEqual({ state: 'ready' });
  });

  it('ends with an outcome when objects vanish, time is up or somebody interrupts', async () => {
    const scenario = await start();
    const { cluster, remove, breakImage } = scenario;
    const objects = objectsOf(scenario);
    expect((await wait(cluster, objects)).state).toBe('vanished');
    await apply(cluster, objects);
    await wait(cluster, objects);
    const aborted = AbortSignal.abort();
    expect((await wait(cluster, objects, 10_000, aborted)).state).toBe('interrupted');
    await remove('Deployment', 'orders');
    expect((await wait(cluster, objects)).state).toBe('vanished');
    await breakImage('orders');
    expect(await wait(cluster, [], 10)).toEqual({ state: 'ready' });
  });

  it('applies step by step: prerequisites, workloads, then what leads requests to them', async () => {
    const scenario = await start();
    const { cluster, read } = scenario;
    const ingress = (path: string) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'orders' },
      spec: {
        rules: [
          {
            host: `orders.${scenario.namespace}.example`,
            http: {
              paths: [{ path, pathType: 'Prefix', backend: { service: { name: 'orders', port: { number: 80 } } } }],
            },
          },
        ],
      },
    });
    const objects = objectsOf(scenario, { more: [ingress('/orders')] });
    const config = objects.find(({ kind }) => kind === 'ConfigMap')!.metadata.name;
    const first = await cluster.plan('orders', objects);
    // A Service that is new has no clients yet, and StatefulSets need theirs.
    expect(actions(await cluster.apply(first, 'prerequisites'))).toEqual(['ConfigMap created', 'Service created']);
    expect(await read('ConfigMap', config)).toBeDefined();
    expect(await read('Deployment', 'orders')).toBeUndefined();
    expect(actions(await cluster.apply(first, 'workloads'))).toEqual(['Deployment created']);
    expect(await read('Ingress', 'orders')).toBeUndefined();
    expect(actions(await cluster.apply(first, 'traffic'))).toEqual(['Ingress created']);
    expect(await read('Ingress', 'orders')).toBeDefined();

    const next = await cluster.plan('orders', objectsOf(scenario, { number: '20261124-2', more: [ingress('/shop')] }));
    expect(actions(await cluster.apply(next, 'prerequisites'))).toEqual(['ConfigMap configured']);
    expect(actions(await cluster.apply(next, 'workloads'))).toEqual(['Deployment configured']);
    expect((await read('Service', 'orders'))?.metadata.labels).toMatchObject({
      'app.kubernetes.io/version': '20261124-1',
    });
    expect(actions(await cluster.apply(next, 'traffic'))).toEqual(['Ingress configured', 'Service configured']);
    expect(
      actions(await changesOf(cluster, objectsOf(scenario, { number: '20261124-2', more: [ingress('/shop')] }))),
    ).toEqual([...all('unchanged'), 'Ingress unchanged'].sort());
  });

  it('runs a Job of a release once, with what it writes', async () => {
    const scenario = await start();
    const { cluster, another, read } = scenario;
    const objects = objectsOf(scenario);
    const job = jobOf(scenario, { lines: ['creates the table', 'done'] });
    expect(actions(await changesOf(cluster, objects, { jobs: [job] }))).toEqual(all('created'));
    expect(await uidOf(scenario, job)).toBeUndefined();
    await apply(cluster, objects);
    expect(await run(cluster, job)).toEqual({
      result: { state: 'succeeded', hadRun: false },
      lines: ['creates the table', 'done'],
    });
    const uid = await uidOf(scenario, job);
    expect(await run(await another(), job)).toEqual({ result: { state: 'succeeded', hadRun: true }, lines: [] });
    expect(await uidOf(scenario, job)).toBe(uid);
    expect(actions(await changesOf(cluster, objects, { jobs: [job] }))).toEqual(all('unchanged'));
    // Also when the service has Jobs of its own, which are pruned.
    expect(await cluster.prune('orders', [...objects, { ...job, metadata: { name: 'own' } }])).toEqual([]);
    expect((await read('Job', job.metadata.name))?.metadata['uid']).toBe(uid);
  });

  it('tells why a Job failed, and runs it anew the next time', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    await apply(cluster, objectsOf(scenario));
    const job = jobOf(scenario, { lines: ['connects', 'no such table'], exitCode: 3 });
    const { result, lines } = await run(cluster, job);
    expect(result).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^Job migrate-20261124-1 failed: .*exit code 3\.$/),
    });
    expect(lines).toEqual(['connects', 'no such table']);
    expect((result as JobResult & { state: 'failed' }).evidence.join('\n')).toMatch(/connects\n.*no such table/);
    const uid = await uidOf(scenario, job);
    const mended = await run(cluster, jobOf(scenario, { lines: ['connects'] }));
    expect(mended).toEqual({ result: { state: 'succeeded', hadRun: false }, lines: ['connects'] });
    expect(await uidOf(scenario, job)).not.toBe(uid);
  });

  it('goes on with a Job whose deployer was stopped, and lets one end before that of the next release', async () => {
    const scenario = await start();
    const { cluster, another } = scenario;
    await apply(cluster, objectsOf(scenario));
    const job = jobOf(scenario, { lines: ['begins'], milliseconds: 3000 });
    const stop = new AbortController();
    const stopped = await run(cluster, job, { signal: stop.signal, onLine: () => stop.abort() });
    expect(stopped.result).toMatchObject({ state: 'interrupted', reason: expect.stringContaining('Job migrate-2026') });
    const uid = await uidOf(scenario, job);
    const next = jobOf(scenario, { lines: ['next'] }, { number: '20261124-2' });
    const early = await run(cluster, next, { timeout: 300 });
    expect(early.result).toMatchObject({ state: 'timed-out', reason: expect.stringContaining('migrate-20261124-2') });
    expect(await uidOf(scenario, next)).toBeUndefined();
    let before: Promise<KubernetesObject | undefined> | undefined;
    const onLine = () => void (before = scenario.read('Job', job.metadata.name));
    const [first, second] = await Promise.all([run(await another(), job), run(cluster, next, { onLine })]);
    expect(first).toEqual({ result: { state: 'succeeded', hadRun: false }, lines: ['begins'] });
    expect(second.result).toEqual({ state: 'succeeded', hadRun: false });
    expect(jobEnding((await before)!)).toBe('succeeded');
    expect(await uidOf(scenario, job)).toBe(uid);
  });

  it('ends waiting for a Job when it vanishes, time is up or somebody interrupts', async () => {
    const scenario = await start();
    const { cluster, remove } = scenario;
    await apply(cluster, objectsOf(scenario));
    const job = jobOf(scenario, { lines: ['begins'], milliseconds: Infinity });
    expect((await run(cluster, job, { signal: AbortSignal.abort() })).result.state).toBe('interrupted');
    expect(await uidOf(scenario, job)).toBeUndefined();
    const late = (await run(cluster, job, { timeout: 2000 })).result;
    expect(late).toMatchObject({
      state: 'timed-out',
      reason: expect.stringMatching(/^Job migrate-20261124-1 had not ended/),
    });
    const onLine = () => setTimeout(() => void remove('Job', job.metadata.name), 100);
    expect((await run(cluster, job, { onLine })).result).toMatchObject({
      state: 'vanished',
      reason: expect.stringContaining('Job migrate-20261124-1'),
    });
  });

  it('runs no Job whose name is taken by somebody else', async () => {
    const scenario = await start();
    const { cluster, put } = scenario;
    const job = jobOf(scenario, {});
    const metadata = { name: job.metadata.name, namespace: scenario.namespace };
    for (const labels of [{}, { ...job.metadata.labels, 'poc.dev/service': 'payments' }]) {
      await put({ ...job, metadata: { ...metadata, labels } });
      const attempts = [() => cluster.plan('orders', objectsOf(scenario), { jobs: [job] }), () => run(cluster, job)];
      for (const attempt of attempts) {
        expect((await refusalOf(attempt())).facts).toMatchObject({
          type: 'foreign-object',
          reason: expect.stringContaining('Job migrate-20261124-1'),
        });
      }
    }
  });

  it('keeps records, newest first, and forgets old ones but the newest that succeeded', async () => {
    const scenario = await start();
    const { cluster, another } = scenario;
    expect(await cluster.records('orders')).toEqual([]);
    expect(await cluster.services()).toEqual([]);
    const manifests = objectsOf(scenario, { note: `<a> => "b" & 'ä' \u2028 ${'x'.repeat(20_000)}` });
    const few = objectsOf(scenario, { note: '<a> => &' });
    const hold: Hold = {
      buildNumber: BuildNumber.parse('20261124-9')!,
      actor: bob,
      reason: 'wrong <totals>',
      since: '2026-11-24T11:00:00.000Z',
    };
    const facts: NewDeploymentRecord = {
      environment: 'preprod',
      release: releaseOf(scenario),
      manifests,
      actor: ada,
      cause: { action: 'rollback', reason: 'wrong <totals>', overrides: ['--force'] },
      hold,
      startedAt: '2026-11-24T12:00:00.000Z',
    };
    const opened = await cluster.openRecord(facts);
    expect(opened).toEqual({ ...facts, sequence: 1, outcome: 'running' });
    const probe: ProbeResult = { requests: 412, failed: 1, p99: 8.5, firstFailure: 'answer 503' };
    const closed = await cluster.closeRecord(opened, { outcome: 'succeeded', probe });
    expect(closed).toMatchObject({ sequence: 1, outcome: 'succeeded', finishedAt: expect.stringMatching(/Z$/), probe });
    const [read] = await (await another()).records('orders');
    expect(read).toEqual(closed);
    expect(read?.hold?.buildNumber.equals(hold.buildNumber)).toBe(true);
    expect(await cluster.records('payments')).toEqual([]);
    expect(await cluster.services()).toEqual(['orders']);
    let last: DeploymentRecord | undefined;
    for (let count = 2; count <= 23; count++) {
      last = await cluster.closeRecord(await cluster.openRecord({ ...facts, manifests: few, actor: bob }), {
        outcome: 'failed',
        reason: 'because "ä"',
      });
      expect(last).toMatchObject({ sequence: count, reason: 'because "ä"' });
    }
    const kept = await cluster.records('orders');
    expect(kept.map(({ sequence }) => sequence)).toEqual([...Array.from({ length: 20 }, (_, i) => 23 - i), 1]);
    expect(kept[0]).toEqual(last);
    expect(kept.at(-1)).toEqual(closed);
  });

  it('gives sequences to one only, also when several ask at once', async () => {
    const scenario = await start();
    const facts = {
      environment: 'preprod',
      release: releaseOf(scenario),
      manifests: [],
      actor: ada,
      cause: { action: 'deploy' as const },
      startedAt: '2026-11-24T12:00:00.000Z',
    };
    const both = [scenario.cluster, await scenario.another()];
    const opened = await Promise.all([...both, ...both].map((cluster) => cluster.openRecord(facts)));
    expect(opened.map(({ sequence }) => sequence).sort()).toEqual([1, 2, 3, 4]);
  });

  it('lets one writer at a service at a time, and others know who it is', async () => {
    const { cluster, another } = await start();
    const other = await another();
    const waits: string[] = [];
    const first = await cluster.lock('orders', ada, (heldBy) => waits.push(heldBy));
    const payments = await other.lock('payments', bob, (heldBy) => waits.push(heldBy));
    expect(waits).toEqual([]);
    let got = false;
    const second = other.lock('orders', bob, (heldBy) => waits.push(heldBy)).then((lock) => ((got = true), lock));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(got).toBe(false);
    expect(waits).toEqual(['ada (https://ci.example/1)']);
    await first.release();
    const lock = await second;
    expect(lock.lost.aborted).toBe(false);
    await Promise.all([lock.release(), payments.release()]);
    await (await cluster.lock('orders', ada, () => {})).release();
  });

  it('takes the lock over from a dead holder, who then knows', async () => {
    const { cluster, another, killHolder } = await start();
    const first = await cluster.lock('orders', ada, () => {});
    const waits: string[] = [];
    const second = (await another()).lock('orders', bob, (heldBy) => waits.push(heldBy));
    await killHolder('orders');
    const lock = await second;
    expect(lock.lost.aborted).toBe(false);
    for (let tries = 0; tries < 100 && !first.lost.aborted; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(first.lost.aborted).toBe(true);
    await first.release();
    let got = false;
    const third = cluster.lock('orders', ada, () => {}).then((held) => ((got = true), held));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(got).toBe(false);
    await lock.release();
    await (await third).release();
  });
}

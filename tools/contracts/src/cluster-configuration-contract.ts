import { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import type { Actor } from '../../plugin/src/model/release/actor.ts';
import { fieldChanges } from '../../plugin/src/model/observe/field-changes.ts';
import type { KubernetesObject } from '../../plugin/src/model/manifests/kubernetes-object.ts';
import { fieldAt } from '../../plugin/src/model/manifests/source/object-fields.ts';
import type { NewProvisioningRecord, ProvisionedObject } from '../../plugin/src/model/provision/provisioning-record.ts';
import type { ClusterConfiguration, ConfigurationChange } from '../../plugin/src/ports/cluster-configuration.ts';

/** A cluster in which an environment's namespace is still to be made, and hands to change it with. */
export interface ConfigurationScenario {
  readonly configuration: ClusterConfiguration;
  /** Of the environment, not there yet. */
  readonly namespace: string;
  /** Another run at the same environment. */
  again(): Promise<ClusterConfiguration>;
  /** Another environment of the same cluster, and its namespace. */
  beside(): Promise<{ configuration: ClusterConfiguration; namespace: string }>;
  /** Puts an object in as `kubectl apply` does: it is there with the fields of kubectl's manager. */
  put(object: KubernetesObject): Promise<void>;
  /** @param namespace undefined for objects of the whole cluster. */
  read(kind: string, name: string, namespace?: string): Promise<KubernetesObject | undefined>;
  /** Lets the holder of the environment's lock die without a word. */
  killHolder(): Promise<void>;
}

const ada: Actor = { person: 'ada', run: 'https://ci.example/1' };
const bob: Actor = { person: 'bob', run: 'bob@laptop' };
const version = (text: string) => BuildNumber.parse(text)!;

/**
 * Declares the behaviour that every cluster must have with its configuration.
 * @param start makes a scenario of its own.
 */
export function clusterConfigurationContract(start: () => Promise<ConfigurationScenario>): void {
  const go = new AbortController().signal;
  const namespaceObject = (name: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  });
  const quota = (pods: string, name = 'usual'): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name },
    spec: { hard: { pods } },
  });
  const config = (name: string, data: Record<string, string>, namespace?: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    data,
  });
  const told = (changes: readonly ConfigurationChange[]) =>
    changes.map(({ kind, name, action }) => `${kind} ${name} ${action}`);
  /** The part of a plan that a record would keep. */
  const inventory = (changes: readonly ConfigurationChange[]): ProvisionedObject[] =>
    changes.map(({ apiVersion, kind, name, namespace, action }) => ({
      ...{ apiVersion, kind, name, created: action === 'created' },
      ...(namespace === undefined ? {} : { namespace }),
    }));
  const record = (number: string): NewProvisioningRecord => ({
    environment: 'preprod',
    package: { version: version(number), commit: 'c'.repeat(40), contentHash: `sha256:${'b'.repeat(64)}` },
    action: 'provision',
    actor: ada,
    approvedBy: { names: ['alice'], by: 'github-review' },
    inFreezeBecause: 'certificate',
    objects: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'x', created: true }],
    facade: { instance: 'shop-apim', entities: ['product/partners'] },
    startedAt: '2026-11-24T12:00:00.000Z',
  });

  it('plans without a change, also in a namespace that is still to be made, and applies what it planned', async () => {
    const { configuration, namespace, read } = await start();
    const objects = [quota('10'), namespaceObject(namespace)];
    const plan = await configuration.plan(objects);
    expect(told(plan)).toEqual([`Namespace ${namespace} created`, 'ResourceQuota usual created']);
    expect(plan[1]).toMatchObject({ namespace, isElsewhere: true });
    expect(await read('Namespace', namespace)).toBeUndefined();
    expect(told(await configuration.apply(objects, go))).toEqual(told(plan));
    expect(fieldAt(await read('ResourceQuota', 'usual', namespace), 'spec', 'hard', 'pods')).toBe('10');
    expect((await configuration.plan(objects)).map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
    const changed = await configuration.plan([namespaceObject(namespace), quota('20')]);
    expect(changed[1]).toMatchObject({
      action: 'configured',
      fields: [{ path: 'spec.hard.pods', from: '"10"', to: '"20"' }],
    });
  });

  it('refuses what belongs to a namespace that nobody makes, and to a service', async () => {
    const { configuration, namespace, put } = await start();
    await expect(configuration.plan([quota('1')])).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'no-namespace' },
    });
    await configuration.apply([namespaceObject(namespace)], go);
    const object = config('shared', { a: '1' }, namespace);
    await put({ ...object, metadata: { ...object.metadata, labels: { 'poc.dev/service': 'orders' } } });
    await expect(configuration.plan([object])).rejects.toMatchObject({ facts: { type: 'foreign-object' } });
  });

  it('stops between two kinds when it is told to', async () => {
    const { configuration, namespace, read } = await start();
    const stopped = AbortSignal.abort(new Error('stop'));
    await expect(configuration.apply([namespaceObject(namespace)], stopped)).rejects.toThrow('stop');
    expect(await read('Namespace', namespace)).toBeUndefined();
  });

  it('takes away what it created, lets go of what was there before, and never deletes a namespace', async () => {
    const { configuration, namespace, put, read } = await start();
    const first = await configuration.apply([namespaceObject(namespace)], go);
    await put(config('there', { theirs: '1' }, namespace));
    const second = [config('there', { ours: '1' }), config('made', { a: '1' }), config('kept', { a: '1' })];
    second[2]!.metadata.annotations = { 'poc.dev/keep': 'true' };
    const plan = await configuration.plan(second);
    expect(told(plan)).toEqual(['ConfigMap kept created', 'ConfigMap made created', 'ConfigMap there configured']);
    await configuration.apply(second, go);
    const former = inventory([...first, ...plan]);
    const dry = await configuration.prune(former, [], { dryRun: true });
    expect(told(dry).sort()).toEqual(['ConfigMap made deleted', 'ConfigMap there configured']);
    expect(await read('ConfigMap', 'made', namespace)).toBeDefined();
    expect(told(await configuration.prune(former, []))).toEqual(told(dry));
    expect(await read('ConfigMap', 'made', namespace)).toBeUndefined();
    expect((await read('ConfigMap', 'there', namespace))?.['data']).toEqual({ theirs: '1' });
    expect(await read('ConfigMap', 'kept', namespace)).toBeDefined();
    expect(await read('Namespace', namespace)).toBeDefined();
    expect(await configuration.prune(former, [])).toEqual([]);
  });

  it('makes up values that a Secret asks for, once, and keeps them whatever becomes of its manifest', async () => {
    const { configuration, namespace, read } = await start();
    const secret = (keys: string): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'database', annotations: { 'poc.dev/generate': keys } },
    });
    const valuesOf = async () => (await read('Secret', 'database', namespace))?.['data'] as Record<string, string>;
    const first = await configuration.apply([namespaceObject(namespace), secret('owner, reader')], go);
    const values = await valuesOf();
    expect(Object.keys(values).sort()).toEqual(['owner', 'reader']);
    expect(values['owner']!.length).toBeGreaterThanOrEqual(32);
    expect(values['owner']).not.toBe(values['reader']);
    expect(told(await configuration.apply([secret('owner, reader')], go))).toEqual(['Secret database unchanged']);
    expect(await valuesOf()).toEqual(values);
    expect((await configuration.plan([secret('owner,reader,writer')]))[0]).toMatchObject({
      action: 'configured',
      fields: expect.arrayContaining([{ path: 'data.writer', from: undefined, to: '***' }]),
    });
    await configuration.apply([secret('owner,reader,writer')], go);
    const { writer, ...others } = await valuesOf();
    expect(others).toEqual(values);
    expect(writer).toBeDefined();
    expect(await configuration.prune(inventory(first), [])).toEqual([]);
    expect(await valuesOf()).toEqual({ ...values, writer });
  });

  it('leaves to another environment its part of what both write to', async () => {
    const { configuration, namespace, beside, read } = await start();
    const other = await beside();
    const mine = config('listeners', { mine: '1' }, namespace);
    const first = await configuration.apply([namespaceObject(namespace), mine], go);
    await other.configuration.apply([config('listeners', { theirs: '2' }, namespace)], go);
    expect((await read('ConfigMap', 'listeners', namespace))?.['data']).toEqual({ mine: '1', theirs: '2' });
    expect((await configuration.plan([mine])).map(({ action }) => action)).toEqual(['unchanged']);
    await configuration.prune(inventory(first), []);
    expect((await read('ConfigMap', 'listeners', namespace))?.['data']).toEqual({ theirs: '2' });
  });

  it('takes back nothing of which another environment has a newer version', async () => {
    const { configuration, namespace, beside, read } = await start();
    const other = await beside();
    const [older, newer] = [version('20261124-1'), version('20261124-2')];
    const shared = (size: string) => config('shared', { size, same: '1' }, namespace);
    await configuration.apply([namespaceObject(namespace), shared('one')], go, older);
    await configuration.mark(older);
    await other.configuration.apply([namespaceObject(other.namespace), shared('two')], go, newer);
    await other.configuration.mark(newer);
    const size = async () => fieldAt(await read('ConfigMap', 'shared', namespace), 'data', 'size');
    expect(await size()).toBe('two');
    const held = { action: 'unchanged', heldBy: { namespace: other.namespace, version: newer } };
    expect(await configuration.plan([shared('one')], older)).toMatchObject([held]);
    expect(await configuration.apply([shared('one')], go, older)).toMatchObject([held]);
    expect(await size()).toBe('two');
    // Both have it still.
    const both = [{ ...{ apiVersion: 'v1', kind: 'ConfigMap', name: 'shared' }, namespace, created: true }];
    expect(told(await other.configuration.prune(both, [], { dryRun: true }))).toEqual(['ConfigMap shared configured']);
    // Once the other one has gone back, this one has the say again, and so has a version that is as new.
    await other.configuration.mark(older);
    expect(await configuration.plan([shared('one')], older)).toMatchObject([{ action: 'configured' }]);
    await other.configuration.mark(newer);
    await configuration.apply([shared('three')], go, newer);
    expect(await size()).toBe('three');
  });

  it('leaves to kubectl its part of what both write to, and shows before all that applying does', async () => {
    const { configuration, namespace, put, read } = await start();
    const labels = { 'team.example/name': 'shop' };
    await put({ ...namespaceObject(namespace), metadata: { name: namespace, labels } });
    const theirs = config('listeners', { theirs: '1', both: 'old' }, namespace);
    theirs.metadata.annotations = { 'team.example/note': 'theirs' };
    await put(theirs);
    const objects = [namespaceObject(namespace), config('listeners', { mine: '1', both: 'new' }, namespace)];
    const before = (await read('ConfigMap', 'listeners', namespace))!;
    const plan = await configuration.plan(objects);
    expect(told(plan)).toEqual([`Namespace ${namespace} unchanged`, 'ConfigMap listeners configured']);
    await configuration.apply(objects, go);
    const after = (await read('ConfigMap', 'listeners', namespace))!;
    expect(plan[1]?.fields).toEqual(fieldChanges(before, after));
    expect(after['data']).toEqual({ theirs: '1', mine: '1', both: 'new' });
    expect(after.metadata.annotations).toMatchObject(theirs.metadata.annotations);
    expect((await read('Namespace', namespace))?.metadata.labels).toMatchObject(labels);
    expect(told(await configuration.plan(objects))).toEqual([
      `Namespace ${namespace} unchanged`,
      'ConfigMap listeners unchanged',
    ]);
  });

  it('marks the namespace with a version', async () => {
    const { configuration, namespace } = await start();
    expect(await configuration.version()).toBeUndefined();
    await expect(configuration.mark(version('20261124-1'))).rejects.toMatchObject({ facts: { type: 'no-namespace' } });
    await configuration.apply([namespaceObject(namespace)], go);
    expect(await configuration.version()).toBeUndefined();
    await configuration.mark(version('20261124-1'));
    await configuration.apply([namespaceObject(namespace)], go);
    expect(String(await configuration.version())).toBe('20261124-1');
    expect((await configuration.plan([namespaceObject(namespace)]))[0]).toMatchObject({ action: 'unchanged' });
  });

  it('keeps the last 20 records, newest first', async () => {
    const { configuration, beside } = await start();
    const lock = await configuration.lock(ada, () => {});
    expect(await configuration.records()).toEqual([]);
    const good = await configuration.openRecord(record('20261124-1'));
    expect(good).toMatchObject({ ...record('20261124-1'), sequence: 1, outcome: 'running' });
    // By the cluster's word.
    const identity = await configuration.identity();
    expect(identity).toMatch(/./);
    expect(good.actor).toEqual({ ...ada, identity });
    await configuration.closeRecord(good, { outcome: 'succeeded' });
    for (let revision = 2; revision <= 22; revision++) {
      const opened = await configuration.openRecord(record(`20261124-${revision}`));
      await configuration.closeRecord(opened, { outcome: 'failed', reason: `reason ${revision}` });
    }
    const records = await configuration.records();
    // The newest that succeeded is never forgotten.
    expect(records.map(({ sequence }) => sequence)).toEqual([...Array.from({ length: 20 }, (_, at) => 22 - at), 1]);
    expect(records[0]).toMatchObject({
      ...{ environment: 'preprod', sequence: 22, action: 'provision', actor: { ...ada, identity }, outcome: 'failed' },
      ...{ reason: 'reason 22', startedAt: '2026-11-24T12:00:00.000Z', finishedAt: expect.any(String) },
      approvedBy: { names: ['alice'], by: 'github-review' },
      inFreezeBecause: 'certificate',
      objects: record('20261124-1').objects,
      facade: record('20261124-1').facade,
    });
    expect(String(records[0]!.package.version)).toBe('20261124-22');
    expect(await (await beside()).configuration.records()).toEqual([]);
    await lock.release();
  });

  it('lets one write at a time, and takes over from a dead one', async () => {
    const { configuration, namespace, again, beside, killHolder, read } = await start();
    await configuration.apply([namespaceObject(namespace)], go);
    const first = await configuration.lock(ada, () => {});
    await (await (await beside()).configuration.lock(bob, () => {})).release();
    const waited: string[] = [];
    const other = await again();
    const waiting = other.lock(bob, (heldBy) => waited.push(heldBy));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(waited).toEqual(['ada (https://ci.example/1)']);
    await first.release();
    const second = await waiting;
    expect(second.lost.aborted).toBe(false);
    await second.release();
    const lost = await configuration.lock(ada, () => {});
    const opened = await configuration.openRecord(record('20261124-1'));
    await killHolder();
    const third = await other.lock(bob, () => {});
    const gone = { facts: { type: 'lock-lost' } };
    await expect(configuration.apply([config('late', { a: '1' }, namespace)], go)).rejects.toMatchObject(gone);
    await expect(configuration.mark(version('20261124-1'))).rejects.toMatchObject(gone);
    await expect(configuration.openRecord(record('20261124-2'))).rejects.toMatchObject(gone);
    await expect(configuration.closeRecord(opened, { outcome: 'succeeded' })).rejects.toMatchObject(gone);
    expect(lost.lost.aborted).toBe(true);
    expect(await read('ConfigMap', 'late', namespace)).toBeUndefined();
    expect(await other.version()).toBeUndefined();
    expect(await other.records()).toMatchObject([{ sequence: 1, outcome: 'running' }]);
    await third.release();
  }, 60_000);

  it('stops waiting for the lock when it is asked to', async () => {
    const { configuration, again } = await start();
    const first = await configuration.lock(ada, () => {});
    const asked = new AbortController();
    const reason = new Error('asked to stop');
    const other = await again();
    const waiting = other.lock(bob, () => void setTimeout(() => asked.abort(reason), 50), asked.signal);
    await expect(waiting).rejects.toBe(reason);
    await first.release();
    await (await other.lock(bob, () => expect('the lock').toBe('free'))).release();
  });
}

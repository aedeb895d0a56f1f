import { fieldAt } from '../../../plugin/src/model/manifests/source/object-fields.ts';

import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { bob, type ClusterScenario } from './cluster-scenario.ts';
import { objectsOf, actions, all, changesOf, apply, refusalOf, wait, type Wishes } from './deployed-orders.ts';

/** How a cluster plans, applies and prunes. @param start makes an empty namespace. */
export function planContract(start: () => Promise<ClusterScenario>): void {
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

  it('tells of the routes that are there, and of no Gateway that is not', async () => {
    const { cluster, namespace, put } = await start();
    const route = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'somebodys' },
      spec: {
        parentRefs: [{ name: 'contract-has-none' }],
        hostnames: [`${namespace}.localhost`],
        rules: [{ backendRefs: [{ name: 'somebodys', port: 80 }] }],
      },
    };
    await put(route);
    const routes = (await cluster.httpRoutes()).filter(({ metadata }) => metadata.namespace === namespace);
    expect(routes).toMatchObject([{ kind: 'HTTPRoute', metadata: { name: 'somebodys' }, spec: route.spec }]);
    expect(await cluster.gatewaysOf([route])).toEqual({ gateways: [], classes: [] });
  });

  it('tells what its nodes are, by which pods select them', async () => {
    const { cluster } = await start();
    const nodes = (await cluster.nodes()) ?? [];
    expect(nodes.length).toBeGreaterThan(0);
    for (const { platform, labels, isCordoned } of nodes) {
      expect(labels).toMatchObject({ 'kubernetes.io/os': platform.os, 'kubernetes.io/arch': platform.architecture });
      expect(isCordoned).toBe(false);
    }
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
    expect(changes.find(({ kind }) => kind === 'Deployment')).toMatchObject({
      kind: 'Deployment',
      name: 'orders',
      action: 'configured',
      takenOver: ['spec.template.metadata.annotations.by-hand from kubectl-edit, which no manifest has: it goes'],
      fields: [{ path: 'spec.template.metadata.annotations.by-hand', from: '"yes"', to: undefined }],
    });
    await apply(cluster, objectsOf(scenario));
    expect(fieldAt(await read('Deployment', 'orders'), ...byHand)).toEqual({ 'by-operator': 'yes' });
    expect(actions(await changesOf(cluster, objectsOf(scenario)))).toEqual(all('unchanged'));
  });

  it('adopts all that other deployers left, and shows it before', async () => {
    const scenario = await start();
    const { cluster, edit, read } = scenario;
    await apply(cluster, objectsOf(scenario));
    const annotations = ['spec', 'template', 'metadata', 'annotations'];
    for (const manager of ['helm', 'Terraform', 'argocd-controller', 'some-operator'])
      await edit('Deployment', 'orders', manager, [...annotations, `by-${manager}`], 'yes');
    expect(actions(await changesOf(cluster, objectsOf(scenario)))).toEqual(all('unchanged'));
    const { changes } = await cluster.plan('orders', objectsOf(scenario), { adopt: true });
    const change = changes.find(({ kind }) => kind === 'Deployment');
    expect(change).toMatchObject({ action: 'configured' });
    expect([...(change?.takenOver ?? [])].sort()).toEqual([
      'spec.template.metadata.annotations.by-Terraform from Terraform, which no manifest has: it goes',
      'spec.template.metadata.annotations.by-argocd-controller from argocd-controller, which no manifest has: it goes',
      'spec.template.metadata.annotations.by-helm from helm, which no manifest has: it goes',
    ]);
    expect([...(change?.fields ?? [])].sort((a, b) => a.path.localeCompare(b.path))).toEqual(
      ['argocd-controller', 'helm', 'Terraform'].map((manager) => {
        return { path: `spec.template.metadata.annotations.by-${manager}`, from: '"yes"', to: undefined };
      }),
    );
    await apply(cluster, objectsOf(scenario), { adopt: true });
    expect(fieldAt(await read('Deployment', 'orders'), ...annotations)).toEqual({ 'by-some-operator': 'yes' });
    expect(actions(await changesOf(cluster, objectsOf(scenario)))).toEqual(all('unchanged'));
  });

  it('puts a port back whose number another has changed', async () => {
    const scenario = await start();
    const { cluster, edit, read } = scenario;
    await apply(cluster, objectsOf(scenario));
    await edit('Service', 'orders', 'node-fetch', ['spec', 'ports'], [{ port: 8080, targetPort: 3000 }]);
    const change = (await changesOf(cluster, objectsOf(scenario))).find(({ kind }) => kind === 'Service');
    expect(change).toMatchObject({ action: 'configured', takenOver: [expect.stringMatching(/^spec\.ports.* from /)] });
    await apply(cluster, objectsOf(scenario));
    expect(fieldAt(await read('Service', 'orders'), 'spec', 'ports')).toMatchObject([{ port: 80 }]);
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

  it('leaves replicas to an autoscaler that is not among the manifests, and takes them from a person', async () => {
    const scenario = await start();
    const { cluster, scale, read } = scenario;
    const replicas = async () => fieldAt(await read('Deployment', 'orders'), 'spec', 'replicas');
    await apply(cluster, objectsOf(scenario, { replicas: 1 }));
    await scale('orders', 'keda', 3);
    expect(actions(await changesOf(cluster, objectsOf(scenario, { replicas: 1 })))).toEqual(all('unchanged'));
    await apply(cluster, objectsOf(scenario, { replicas: 1, note: 'two' }));
    expect(await replicas()).toBe(3);
    await scale('orders', 'kubectl', 2);
    expect(await changesOf(cluster, objectsOf(scenario, { replicas: 1, note: 'two' }))).toContainEqual(
      expect.objectContaining({ kind: 'Deployment', takenOver: ['spec.replicas from kubectl'] }),
    );
    await apply(cluster, objectsOf(scenario, { replicas: 1, note: 'three' }));
    expect(await replicas()).toBe(1);
  });

  it('refuses what would be rolled out by a Deployment that is paused', async () => {
    const scenario = await start();
    const { cluster, edit } = scenario;
    await apply(cluster, objectsOf(scenario));
    await edit('Deployment', 'orders', 'kubectl-rollout', ['spec', 'paused'], true);
    await expect(cluster.plan('orders', objectsOf(scenario, { note: 'two' }))).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'paused', reason: expect.stringMatching(/^Deployment orders is paused/) },
    });
    await edit('Deployment', 'orders', 'kubectl-rollout', ['spec', 'paused'], false);
    await cluster.plan('orders', objectsOf(scenario, { note: 'two' }));
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

  it('refuses objects of a service of the same name in another workspace, unless they are to be adopted', async () => {
    const scenario = await start();
    const { cluster } = scenario;
    const objects = objectsOf(scenario);
    const ofWorkspace = (workspace: string) =>
      objects.map((object) => {
        const { metadata } = object;
        return {
          ...object,
          metadata: { ...metadata, labels: { ...metadata.labels, 'app.kubernetes.io/part-of': workspace } },
        };
      });
    await apply(cluster, ofWorkspace('bakery'), { workspace: 'bakery' });
    const refusal = await refusalOf(cluster.plan('orders', objects, { workspace: 'shop' }));
    expect(refusal.facts.type).toBe('foreign-object');
    expect(refusal.explain()).toMatch(/orders\S* is already .* belongs to the service orders of the workspace bakery/);
    expect(refusal.facts.remedy).toContain('if this workspace was named bakery before, deploy once with --adopt');
    expect((await cluster.plan('orders', objects)).changes).toHaveLength(3);
    expect((await cluster.plan('orders', ofWorkspace('own'), { workspace: 'shop' })).changes).toHaveLength(3);
    await apply(cluster, objects, { workspace: 'shop', adopt: true });
    expect(actions(await changesOf(cluster, objects, { workspace: 'shop' }))).toEqual(all('unchanged'));
  });

  it('says what to do where the default strategy keeps a Deployment from being recreated', async () => {
    const scenario = await start();
    const { cluster, edit, read } = scenario;
    await apply(cluster, objectsOf(scenario));
    const strategy = { type: 'Recreate' };
    const recreated = objectsOf(scenario).map((object) =>
      object.kind === 'Deployment' ? { ...object, spec: { ...(object['spec'] as object), strategy } } : object,
    );
    const { facts } = await refusalOf(cluster.plan('orders', recreated));
    expect(facts.type).toBe('bad-object');
    const { namespace } = scenario;
    expect(facts.remedy).toContain(`kubectl patch deployment orders --namespace=${namespace} --type=merge`);
    await edit('Deployment', 'orders', 'kubectl-patch', ['spec', 'strategy'], { ...strategy, rollingUpdate: null });
    await apply(cluster, recreated);
    expect(fieldAt(await read('Deployment', 'orders'), 'spec', 'strategy', 'type')).toBe('Recreate');
    expect(actions(await changesOf(cluster, recreated))).toEqual(all('unchanged'));
  });

  it('keeps what it adopted', async () => {
    const scenario = await start();
    const { cluster, put } = scenario;
    const { spec } = objectsOf(scenario).find(({ kind }) => kind === 'Service')!;
    const annotations = { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'shop' };
    const metadata = { name: 'orders', namespace: scenario.namespace, annotations };
    await put({ apiVersion: 'v1', kind: 'Service', metadata, spec });
    expect((await refusalOf(cluster.plan('orders', objectsOf(scenario)))).explain()).toContain('Helm (shop)');
    const { changes } = await cluster.plan('orders', objectsOf(scenario), { adopt: true });
    expect(changes.find(({ kind }) => kind === 'Service')?.fields).toContainEqual({
      path: expect.stringContaining('meta.helm.sh/release-name'),
      from: '"shop"',
      to: undefined,
    });
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
    const planned = await cluster.prune('orders', next, { dryRun: true });
    expect(await read('ConfigMap', 'made')).toBeDefined();
    const pruned = await cluster.prune('orders', next);
    expect(pruned).toEqual(planned);
    expect(pruned.map(({ name, action }) => `${name} ${action}`).sort()).toEqual(['made deleted']);
    for (const name of ['found', 'foreign', 'kept']) expect(await read('ConfigMap', name)).toBeDefined();
    expect(await cluster.prune('orders', next)).toEqual([]);
    expect(await cluster.prune('payments', [])).toEqual([]);
    expect(actions(await changesOf(cluster, next))).toEqual(all('unchanged'));
  });

  it('keeps ConfigMaps that pods name, or may name again, and prunes them later', async () => {
    const scenario = await start();
    const { cluster, read } = scenario;
    const settingsOf = (objects: readonly KubernetesObject[]) =>
      objects.find(({ kind }) => kind === 'ConfigMap')!.metadata.name;
    const roll = async (wishes: Wishes) => {
      const objects = objectsOf(scenario, wishes);
      await apply(cluster, objects);
      expect(await wait(cluster, objects)).toEqual({ state: 'ready' });
      return objects;
    };
    const first = settingsOf(await roll({}));
    // "kubectl rollout undo" would make pods of it again.
    const second = await roll({ note: 'two' });
    expect(await cluster.prune('orders', second)).toEqual([]);
    expect(await read('ConfigMap', first)).toBeDefined();
    const third = await roll({ note: 'three', revisionHistoryLimit: 0 });
    const pruned: string[] = [];
    // The Deployment's controller forgets ReplicaSets a moment later.
    for (let tries = 0; pruned.length < 2 && tries < 100; tries++) {
      pruned.push(...(await cluster.prune('orders', third)).map(({ name }) => name));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(pruned.sort()).toEqual([first, settingsOf(second)].sort());
    expect(await read('ConfigMap', settingsOf(third))).toBeDefined();
  });

  it('keeps ConfigMaps that pods of OnDelete name', async () => {
    const scenario = await start();
    const { cluster, read } = scenario;
    const storeOf = (note: string) => {
      const container = {
        name: 'orders',
        image: 'orders',
        command: scenario.command,
        envFrom: [{ configMapRef: { name: 'orders' } }],
      };
      const spec = {
        ...{ replicas: 1, serviceName: 'orders', revisionHistoryLimit: 0, updateStrategy: { type: 'OnDelete' } },
        template: { spec: { terminationGracePeriodSeconds: 0, containers: [container] } },
      };
      const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'orders-store' }, spec };
      return objectsOf(scenario, { note, more: [set] }).filter(({ kind }) => kind !== 'Deployment');
    };
    const objects = [storeOf('one'), storeOf('two')];
    for (const each of objects) {
      await apply(cluster, each);
      await wait(cluster, each);
    }
    expect(await cluster.prune('orders', objects[1]!)).toEqual([]);
    const old = objects[0]!.find(({ kind }) => kind === 'ConfigMap')!;
    expect(await read('ConfigMap', old.metadata.name)).toBeDefined();
  });

  it('tells of what its finalizers keep when it is pruned, and writes nothing to what is being deleted', async () => {
    const scenario = await start();
    const { cluster, edit, read } = scenario;
    const held = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', finalizers: ['example.com/slow'], annotations: { 'poc.dev/keep-name': 'true' } },
      data: { a: 'b' },
    };
    await apply(cluster, objectsOf(scenario, { more: [held] }));
    const what = { kind: 'ConfigMap', name: 'held', action: 'deleted' };
    expect(await cluster.prune('orders', objectsOf(scenario), { dryRun: true })).toEqual([what]);
    expect(await cluster.prune('orders', objectsOf(scenario))).toEqual([
      { ...what, warnings: [expect.stringContaining('waits for its finalizers (example.com/slow)')] },
    ]);
    expect(await cluster.prune('orders', objectsOf(scenario))).toEqual([]);
    const refusal = await refusalOf(cluster.plan('orders', objectsOf(scenario, { more: [held] })));
    expect(refusal.facts).toMatchObject({ type: 'object-ends', reason: expect.stringContaining('example.com/slow') });
    await edit('ConfigMap', 'held', 'operator', ['metadata', 'finalizers'], []);
    expect(await read('ConfigMap', 'held')).toBeUndefined();
    await apply(cluster, objectsOf(scenario, { more: [held] }));
    await edit('ConfigMap', 'held', 'operator', ['metadata', 'finalizers'], []);
  });
}

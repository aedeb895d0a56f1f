import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { inKindOrder } from '../../../../model/manifests/kind-order.ts';
import { isRollout } from '../../../../model/manifests/rules/pod-templates.ts';
import { HttpImageRegistry } from '../../../registry/http-image-registry.ts';
import type { RolloutResult } from '../../../../ports/cluster.ts';
import { KubernetesApi } from '../../client/api.ts';
import { applyPlan } from '../apply.ts';
import { environmentOn, nodeImageOn, readPlatform } from '../../e2e-platform.ts';
import { findAccess } from '../../client/credentials/kubeconfig.ts';
import { planObjects, type PlannedObject } from '../plan.ts';
import { Resources } from '../../client/resources.ts';
import type { RolloutTarget } from './evaluate-rollout.ts';
import { trimEvent, type Recording } from './recording.ts';
import { waitForRollouts } from './wait.ts';

const platform = readPlatform();
/** With POC_RECORD=1, what the cluster tells is kept as fixtures of the reducers. */
const recordings = process.env['POC_RECORD'] === '1' ? join(__dirname, 'recorded') : undefined;

interface Wishes {
  readonly kind?: string;
  readonly script?: string;
  readonly image?: string;
  readonly container?: Record<string, unknown>;
  readonly pod?: Record<string, unknown>;
  readonly spec?: Record<string, unknown>;
}

const serve = 'require("http").createServer((q, r) => r.end()).listen(3000)';
let image = '';
let api: KubernetesApi;
let namespace = '';
let count = 0;

beforeAll(async () => {
  const ref = nodeImageOn(platform);
  image = ref.withDigest((await new HttpImageRegistry().digest(ref))!).toString();
});

beforeEach(async () => {
  namespace = `k8s-e2e-wait-${process.pid}-${++count}`;
  api = new KubernetesApi(await findAccess(environmentOn(platform, namespace), '/'));
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  while (!(await api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`)))
    await new Promise((resolve) => setTimeout(resolve, 50));
});

afterEach(async () => {
  await api.send('DELETE', `/api/v1/namespaces/${namespace}`);
  api.close();
});

function workload(wishes: Wishes = {}): KubernetesObject {
  const { kind = 'Deployment', script = serve, container = {}, pod = {}, spec = {} } = wishes;
  const labels = { 'app.kubernetes.io/name': 'orders', 'app.kubernetes.io/instance': 'orders' };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'orders', labels: { 'poc.dev/service': 'orders', 'app.kubernetes.io/managed-by': 'poc' } },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas: 2 }),
      ...(kind === 'StatefulSet' ? { serviceName: 'orders' } : {}),
      ...(kind === 'Deployment' ? { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } } : {}),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: 'orders',
              image: wishes.image ?? image,
              command: ['node', '-e', script],
              readinessProbe: { httpGet: { path: '/', port: 3000 }, periodSeconds: 1 },
              ...container,
            },
          ],
          ...pod,
        },
      },
      ...spec,
    },
  };
}

/** A real registry that gives nothing to anybody without a password. */
async function startRegistryWithPassword(): Promise<{ host: string; stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'poc registry '));
  const port = 5900 + (process.pid % 90);
  writeFileSync(join(folder, 'htpasswd'), 'nobody:$2y$05$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZabcde\n');
  const config = {
    version: 0.1,
    http: { addr: `127.0.0.1:${port}` },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    auth: { htpasswd: { realm: 'poc', path: join(folder, 'htpasswd') } },
  };
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const server = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  while (!(await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined)))
    await new Promise((resolve) => setTimeout(resolve, 50));
  const stop = () => {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { host: `127.0.0.1:${port}`, stop };
}

interface Run {
  readonly result: RolloutResult;
  readonly lines: readonly string[];
  readonly milliseconds: number;
}

/** Shorter than the usual, so that those who wait in vain do not wait for long. */
const shortGraceMs = 3000;

/** Applies objects and waits for them, as a deployment does. */
async function roll(
  name: string,
  objects: readonly KubernetesObject[],
  timeoutMs = 60_000,
  meanwhile?: () => Promise<unknown>,
  graceMs = shortGraceMs,
): Promise<Run> {
  const place = { api, resources: new Resources(api), namespace };
  const request = { service: 'orders', objects, options: {} };
  const planAgain = async ({ source }: PlannedObject) => (await planObjects(place, request, [source]))[0]!;
  const applied = await applyPlan(api, await planObjects(place, request), planAgain);
  const ordered = inKindOrder(objects);
  const targets = applied.flatMap((live, index): RolloutTarget[] => {
    if (!isRollout(live)) return [];
    const { uid, generation } = live.metadata;
    return [{ object: ordered[index]!, uid: uid as string, generation: generation as number }];
  });
  const events: Recording['events'][number][] = [];
  const lines: string[] = [];
  const started = performance.now();
  const waiting = waitForRollouts(
    { api, namespace },
    targets,
    { timeoutMs, patience: { graceMs }, onProgress: (line) => lines.push(line) },
    { onEvent: (event, at) => events.push({ at, event: trimEvent(event) }) },
  );
  const acting = meanwhile?.();
  const result = await waiting;
  await acting;
  const milliseconds = Math.round(performance.now() - started);
  if (recordings !== undefined && name !== 'unrecorded') {
    const { state } = result;
    const reason = 'reason' in result ? result.reason : undefined;
    const recording: Recording = {
      name,
      milliseconds,
      graceMs,
      targets: targets.map(trimTarget),
      events,
      outcome: { state, reason },
    };
    writeFileSync(join(recordings, `${name}.json`), `${JSON.stringify(recording)}\n`);
  }
  return { result, lines, milliseconds };
}

function trimTarget(target: RolloutTarget): RolloutTarget {
  const event = trimEvent({ type: 'changed', object: target.object });
  return { ...target, object: (event as { object: KubernetesObject }).object };
}

function failed({ result }: Run): RolloutResult & { state: 'failed' } {
  expect(result.state).toBe('failed');
  return result as RolloutResult & { state: 'failed' };
}

describe.each(['Deployment', 'StatefulSet', 'DaemonSet'])('a %s', (kind) => {
  it('is ready when all its pods are new and serve', async () => {
    const first = await roll(`ready-first-${kind}`, [workload({ kind })]);
    expect(first.result).toEqual({ state: 'ready' });
    const next = await roll(`ready-next-${kind}`, [workload({ kind, script: `${serve} // next` })]);
    expect(next.result).toEqual({ state: 'ready' });
    expect(next.lines.at(-1)).toMatch(/(\d) of \1 pods ready$/);
    const again = await roll(`ready-again-${kind}`, [workload({ kind, script: `${serve} // next` })]);
    expect(again.result).toEqual({ state: 'ready' });
    // No pod had to start; a machine that is busy is slow at both.
    expect(again.milliseconds).toBeLessThan(Math.max(500, next.milliseconds / 4));
  });

  it('fails when its new pods crash, and a fix over it succeeds', async () => {
    await roll(`unrecorded`, [workload({ kind })]);
    const { reason, evidence } = failed(
      await roll(`crash-${kind}`, [workload({ kind, script: 'console.log("no database"); process.exit(3)' })], 90_000),
    );
    expect(reason).toMatch(/Pod orders-\S+ is crash-looping: container orders exited with code 3 \(3 times\)/);
    expect(evidence.join('\n')).toMatch(/log of Pod orders-\S+, orders: no database/);
    expect(evidence.join('\n')).toMatch(/event of Pod orders-\S+: BackOff/);
    if (kind === 'StatefulSet') {
      const fix = await roll('fix-behind-broken-StatefulSet', [workload({ kind, script: `${serve} // fixed` })], 8000);
      expect(fix.result).toMatchObject({
        state: 'timed-out',
        reason: expect.stringMatching(
          /An old pod is in the way: Pod orders-1 is crash-looping.*kubectl delete pod orders-1/,
        ),
      });
      return;
    }
    expect((await roll(`fixed-${kind}`, [workload({ kind, script: `${serve} // fixed` })])).result.state).toBe('ready');
  });
});

describe('a rollout', () => {
  it.each([
    ['image-not-found', () => image.replace(/@.*/, `@sha256:${'d'.repeat(64)}`), /cannot pull image .*not found/],
    ['image-no-such-host', () => 'registry.invalid/orders:1', /cannot pull image registry.invalid\/orders:1/],
    ['image-bad-name', () => 'Bad Name', /has no usable image/],
  ])('fails soon: %s', async (name, wrong, why) => {
    await roll('unrecorded', [workload()]);
    const run = await roll(name, [workload({ image: wrong() })]);
    expect(failed(run).reason).toMatch(why);
    expect(run.milliseconds).toBeLessThan(name === 'image-no-such-host' ? 35_000 : 10_000);
  });

  it('fails soon when a ConfigMap or a key of it is missing', async () => {
    const missing = await roll('config-missing', [
      workload({ container: { envFrom: [{ configMapRef: { name: 'absent' } }] } }),
    ]);
    expect(failed(missing).reason).toMatch(
      /references a missing ConfigMap, Secret or key \(container orders\): configmap "absent" not found/,
    );
    const from = { configMapKeyRef: { name: 'kube-root-ca.crt', key: 'nope' } };
    const key = await roll('config-key-missing', [workload({ container: { env: [{ name: 'A', valueFrom: from }] } })]);
    expect(failed(key).reason).toMatch(/couldn't find key nope/);
    expect(key.milliseconds).toBeLessThan(10_000);
  });

  it('fails when it needs more memory than it may have', async () => {
    const hog = 'const all = []; setInterval(() => all.push(Buffer.alloc(2e7, 1)), 5)';
    const run = await roll(
      'out-of-memory',
      [workload({ script: hog, container: { resources: { limits: { memory: '60Mi' } } } })],
      90_000,
    );
    expect(failed(run).reason).toMatch(/container orders was OOM-killed, memory limit 60Mi \(\d times\)/);
  });

  it('fails when its command does not exist', async () => {
    const run = await roll('no-such-command', [workload({ container: { command: ['/no/such'] } })], 90_000);
    expect(failed(run).reason).toMatch(/exited with code 128|cannot start/);
    expect(failed(run).reason).toMatch(/no such file/);
  });

  it('fails when a quota does not let it have its pods', async () => {
    await api.send('POST', `/api/v1/namespaces/${namespace}/resourcequotas`, {
      body: { metadata: { name: 'few' }, spec: { hard: { pods: '1' } } },
    });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const run = await roll('quota', [workload()]);
    expect(failed(run).reason).toMatch(
      /ReplicaSet orders-\S+ cannot create its pods: the ResourceQuota few forbids it: /,
    );
    expect(run.milliseconds).toBeLessThan(10_000);
  });

  it('fails soon when the registry does not let it have its image', async () => {
    const registry = await startRegistryWithPassword();
    try {
      const run = await roll('image-forbidden', [workload({ image: `${registry.host}/orders:1` })]);
      expect(failed(run).reason).toMatch(
        /is not allowed to pull image .*orders:1 for container orders .*(401|authorization)/,
      );
      expect(run.milliseconds).toBeLessThan(10_000);
    } finally {
      registry.stop();
    }
  });

  it('fails soon when the namespace does not admit its pods', async () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await api.send('PATCH', `/api/v1/namespaces/${namespace}`, {
      body: { metadata: { labels } },
      contentType: 'application/merge-patch+json',
    });
    const run = await roll('not-admitted', [workload()]);
    expect(failed(run).reason).toMatch(
      /cannot create its pods: the namespace's Pod Security level restricted:latest rejects them: .*runAsNonRoot/,
    );
    expect(run.milliseconds).toBeLessThan(10_000);
  });

  it('fails soon when a volume of its pods does not exist', async () => {
    const pod = { volumes: [{ name: 'keys', secret: { secretName: 'absent' } }] };
    const container = { volumeMounts: [{ name: 'keys', mountPath: '/keys' }] };
    const run = await roll('volume-missing', [workload({ pod, container })]);
    expect(failed(run).reason).toMatch(/cannot mount one of its volumes: .*secret "absent" not found/);
    expect(run.milliseconds).toBeLessThan(10_000);
  });

  it('tells which probe fails, where it asks and what comes back', async () => {
    const none = 'require("http").createServer((q, r) => (r.statusCode = 404, r.end())).listen(3000)';
    const ready = { readinessProbe: { httpGet: { path: '/wrong', port: 'http' }, periodSeconds: 1 } };
    const ports = { ports: [{ name: 'http', containerPort: 3000 }] };
    const path = await roll(
      'probe-wrong-path',
      [workload({ script: none, container: { ...ready, ...ports } })],
      10_000,
    );
    expect((path.result as { reason: string }).reason).toMatch(
      /is running, but the readiness probe of its container orders \(GET :3000\/wrong\) is answered with 404/,
    );
    const alive = {
      livenessProbe: { tcpSocket: { port: 3999 }, periodSeconds: 1, failureThreshold: 1 },
      readinessProbe: { httpGet: { path: '/', port: 3000 }, initialDelaySeconds: 60 },
    };
    const ended = await roll('probe-ends-container', [workload({ container: alive })], 90_000);
    expect(failed(ended).reason).toMatch(
      /is crash-looping: container orders exited with code \d+ \(\d+ times\); the liveness probe of its container orders \(TCP :3999\) finds nothing listening on port 3999/,
    );
  });

  it('times out, saying why, when no node takes its pods or they do not become ready', async () => {
    const pod = { nodeSelector: { 'no.such/label': 'yes' } };
    const unscheduled = await roll('unschedulable', [workload({ pod })], 3000);
    expect(unscheduled.result).toMatchObject({
      state: 'timed-out',
      reason: expect.stringMatching(/after 3 s: 0 of 2 pods ready. Pod \S+ cannot be scheduled: .*node/),
    });
    const container = { readinessProbe: { httpGet: { path: '/', port: 3999 }, periodSeconds: 1 } };
    const unready = await roll('unready', [workload({ container })], 12_000);
    expect(unready.result).toMatchObject({
      state: 'timed-out',
      reason: expect.stringMatching(
        /is running, but the readiness probe of its container orders \(GET :3999\/\) finds nothing listening on port 3999/,
      ),
    });
    expect((unready.result as RolloutResult & { state: 'timed-out' }).evidence.join('\n')).toMatch(
      /Unhealthy: Readiness probe failed.*3999/,
    );
  });

  it('fails at the deadline of its own generation, and not at that of the one before', async () => {
    // Long enough for a container to start on a busy machine, so that what fails is its probe.
    const late = { progressDeadlineSeconds: 8 };
    const container = { readinessProbe: { httpGet: { path: '/', port: 3999 }, periodSeconds: 1 } };
    const run = await roll('deadline', [workload({ container, spec: late })]);
    expect(failed(run).reason).toMatch(
      /exceeded its progress deadline .*is running, but the readiness probe of its container orders/,
    );
    // The same template again, so that Kubernetes leaves the old condition where it is.
    const scaled = await roll('stale-deadline', [workload({ container, spec: { ...late, replicas: 1 } })], 2000);
    expect(scaled.result.state).toBe('timed-out');
    const fixed = await roll('fix-over-deadline', [workload({ spec: { progressDeadlineSeconds: 60 } })]);
    expect(fixed.result).toEqual({ state: 'ready' });
  });

  it('waits for a Secret that comes after its pods, and names it at once', async () => {
    const container = { envFrom: [{ secretRef: { name: 'late' } }] };
    const create = () =>
      api.send('POST', `/api/v1/namespaces/${namespace}/secrets`, { body: { metadata: { name: 'late' } } });
    const later = () => new Promise((resolve) => setTimeout(resolve, 6000)).then(create);
    const run = await roll('secret-comes-later', [workload({ container })], 60_000, later, 30_000);
    expect(run.result).toEqual({ state: 'ready' });
    expect(run.lines.join('\n')).toMatch(/waiting: Pod orders-\S+ references a missing .*secret "late" not found/);
  });

  it('tolerates an init container that fails twice before it succeeds', async () => {
    const count =
      'const f = "/state/n", fs = require("fs"); const n = fs.existsSync(f) ? +fs.readFileSync(f) : 0; fs.writeFileSync(f, `${n + 1}`); process.exit(n < 2 ? 1 : 0)';
    const state = { name: 'state', mountPath: '/state' };
    const init = { name: 'wait', image, command: ['node', '-e', count], volumeMounts: [state] };
    const pod = { initContainers: [init], volumes: [{ name: 'state', emptyDir: {} }] };
    const run = await roll('init-container-retried', [workload({ pod, spec: { replicas: 1 } })], 90_000);
    expect(run.result).toEqual({ state: 'ready' });
  });

  it('says at once that its workload is paused', async () => {
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/orders`;
    const contentType = 'application/merge-patch+json';
    const container = { readinessProbe: { exec: { command: ['false'] }, periodSeconds: 1 } };
    const run = await roll('paused', [workload({ container })], 4000, () =>
      api.send('PATCH', path, { body: { spec: { paused: true } }, contentType }),
    );
    expect(run.result).toMatchObject({ state: 'timed-out', reason: expect.stringMatching(/It is paused/) });
    expect(run.lines.join('\n')).toMatch(/waiting: It is paused, .*kubectl rollout resume deployment\/orders/);
  });

  it('is of several workloads of one kind', async () => {
    const worker = workload({ script: 'setInterval(() => {}, 1000)', container: { readinessProbe: undefined } });
    const labels = { 'app.kubernetes.io/name': 'orders.worker', 'app.kubernetes.io/instance': 'orders' };
    const spec = worker['spec'] as Record<string, Record<string, object>>;
    const other = {
      ...worker,
      metadata: { ...worker.metadata, name: 'orders-worker' },
      spec: { ...spec, selector: { matchLabels: labels }, template: { ...spec['template'], metadata: { labels } } },
    };
    expect((await roll('several-workloads', [workload(), other])).result).toEqual({ state: 'ready' });
  });

  it('ends when its workload vanishes, or somebody puts another image in', async () => {
    const slow = { readinessProbe: { exec: { command: ['false'] }, periodSeconds: 1 } };
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/orders`;
    const later = (action: () => Promise<unknown>) => new Promise((resolve) => setTimeout(resolve, 700)).then(action);
    const patch = { spec: { template: { spec: { containers: [{ name: 'orders', image: 'other:1' }] } } } };
    const changed = await roll('changed-by-others', [workload({ container: slow })], 20_000, () =>
      later(() => api.send('PATCH', path, { body: patch, contentType: 'application/strategic-merge-patch+json' })),
    );
    expect(failed(changed).reason).toMatch(
      /Deployment orders was changed by another client during the rollout: .*other:1/,
    );
    const vanished = await roll('vanished', [workload({ container: slow })], 20_000, () =>
      later(() => api.send('DELETE', path)),
    );
    expect(vanished.result.state).toBe('vanished');
  });
});

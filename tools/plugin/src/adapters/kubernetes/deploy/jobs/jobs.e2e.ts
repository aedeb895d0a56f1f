import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { HttpImageRegistry } from '../../../registry/http-image-registry.ts';
import type { JobResult } from '../../../../ports/cluster.ts';
import { KubernetesApi } from '../../client/api.ts';
import { environmentOn, nodeImageOn, readPlatform } from '../../e2e-platform.ts';
import { findAccess } from '../../client/credentials/kubeconfig.ts';
import { planObjects } from '../plan.ts';
import { Resources } from '../../client/resources.ts';
import { trimEvent, type Recording } from '../wait/recording.ts';
import { runJob } from './run-job.ts';

const platform = readPlatform();
/** With POC_RECORD=1, what the cluster tells is kept as fixtures of the reducers. */
const recordings = process.env['POC_RECORD'] === '1' ? join(__dirname, 'recorded') : undefined;

let image = '';
let api: KubernetesApi;
let namespace = '';
let count = 0;

beforeAll(async () => {
  const ref = nodeImageOn(platform);
  image = ref.withDigest((await new HttpImageRegistry().digest(ref))!).toString();
});

beforeEach(async () => {
  namespace = `k8s-e2e-jobs-${process.pid}-${++count}`;
  api = new KubernetesApi(await findAccess(environmentOn(platform, namespace), '/'));
  await api.send('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace } } });
  while (!(await api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`))) await pause(50);
});

afterEach(async () => {
  await api.send('DELETE', `/api/v1/namespaces/${namespace}`);
  api.close();
});

interface Wishes {
  readonly script?: string;
  readonly container?: Record<string, unknown>;
  readonly pod?: Record<string, unknown>;
  readonly spec?: Record<string, unknown>;
}

function jobOf({ script = '', container = {}, pod = {}, spec = {} }: Wishes = {}): KubernetesObject {
  const labels = { 'poc.dev/service': 'orders', 'app.kubernetes.io/managed-by': 'poc', 'poc.dev/job': 'migrate' };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate-20261124-1', labels },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'orders', image, command: ['node', '-e', script], ...container }],
          ...pod,
        },
      },
      ...spec,
    },
  };
}

interface Run {
  readonly result: JobResult;
  readonly lines: readonly string[];
  readonly milliseconds: number;
}

/** Shorter than the usual, so that those who wait in vain do not wait for long. */
const graceMs = 3000;

/** Runs a Job, and keeps what the cluster told. */
async function run(
  name: string,
  job: KubernetesObject,
  timeoutMs = 60_000,
  onLine: (line: string) => void = () => {},
): Promise<Run> {
  const events: Recording['events'][number][] = [];
  const lines: string[] = [];
  const started = performance.now();
  const result = await runJob(
    { api, namespace },
    { service: 'orders', job },
    { timeoutMs, patience: { graceMs }, onLine: (line) => (lines.push(line), onLine(line)), onProgress: () => {} },
    (event, at) => events.push({ at, event: trimEvent(event) }),
  );
  const milliseconds = Math.round(performance.now() - started);
  if (recordings !== undefined) {
    const last = events.flatMap(({ event }) => (event.type === 'listed' ? event.objects : [event.object]));
    const uid = String(last.find(({ kind }) => kind === 'Job')?.metadata['uid']);
    const { apiVersion, kind, metadata } = job;
    const recording: Recording = {
      name,
      milliseconds,
      graceMs,
      targets: [{ object: { apiVersion, kind, metadata }, uid }],
      events,
      outcome: { state: result.state, reason: 'reason' in result ? result.reason : undefined },
    };
    writeFileSync(join(recordings, `${name}.json`), `${JSON.stringify(recording)}\n`);
  }
  return { result, lines, milliseconds };
}

function reasonOf({ result }: Run, state: JobResult['state'] = 'failed'): string {
  expect(result.state).toBe(state);
  return (result as JobResult & { reason: string }).reason;
}

const jobPath = () => `/apis/batch/v1/namespaces/${namespace}/jobs/migrate-20261124-1`;

describe('a Job', () => {
  it('streams what it writes while it runs, also in its first containers', async () => {
    const times: number[] = [];
    const first = { name: 'wait', image, command: ['node', '-e', 'console.log("waits for the database")'] };
    const script = 'console.log("one"); setTimeout(() => console.log("two"), 3000)';
    const job = jobOf({ script, pod: { initContainers: [first] } });
    const { result, lines } = await run('succeeded', job, 60_000, () => times.push(performance.now()));
    expect(result).toEqual({ state: 'succeeded', hadRun: false });
    expect(lines).toEqual(['waits for the database', 'one', 'two']);
    expect(times[2]! - times[1]!).toBeGreaterThan(1500);
  });

  it('is tried again when it says so, and streams again', async () => {
    const script = 'console.log("tries"); process.exit(1)';
    const never = await run('retried', jobOf({ script, spec: { backoffLimit: 1 } }));
    expect(reasonOf(never)).toMatch(/^Job migrate-\S+ failed: Pod migrate-\S+: container orders .* code 1\.$/);
    expect(never.lines).toEqual(['tries', 'tries']);
    const pod = { restartPolicy: 'OnFailure' };
    const onFailure = await run('restarted', jobOf({ script, pod, spec: { backoffLimit: 1 } }));
    expect(reasonOf(onFailure)).toMatch(/^Job migrate-\S+ failed: /);
    expect(onFailure.lines).toEqual(['tries', 'tries']);
  });

  it.each([
    ['image-missing', { image: 'registry.invalid/orders:1' }, /does not begin: Pod \S+ cannot pull image/],
    ['config-missing', { envFrom: [{ configMapRef: { name: 'absent' } }] }, /configmap "absent" not found/],
    ['no-such-command', { command: ['/no/such'] }, /no such file/],
  ])('fails soon: %s', async (name, container, why) => {
    const failed = await run(name, jobOf({ container }));
    expect(reasonOf(failed)).toMatch(why);
    expect(failed.milliseconds).toBeLessThan(name === 'image-missing' ? 35_000 : 15_000);
    // One that would begin one day is taken away; one that has ended stays to be looked at.
    const left = (await api.get(jobPath()))?.metadata;
    expect(left === undefined || left['deletionTimestamp'] !== undefined).toBe(name !== 'no-such-command');
  });

  it('fails by its own deadline, or when it needs more memory than it may have', async () => {
    const script = 'console.log("begins"); setInterval(() => {}, 1000)';
    const late = await run('deadline', jobOf({ script, spec: { activeDeadlineSeconds: 8 } }));
    expect(reasonOf(late)).toMatch(/active longer than specified deadline/);
    expect(late.lines).toEqual(['begins']);
    const hog = 'const all = []; setInterval(() => all.push(Buffer.alloc(2e7, 1)), 5)';
    const greedy = jobOf({ script: hog, container: { resources: { limits: { memory: '60Mi' } } } });
    expect(reasonOf(await run('out-of-memory', greedy))).toMatch(/container orders was OOM-killed/);
  });

  it('times out, saying why', async () => {
    const unscheduled = await run('unschedulable', jobOf({ pod: { nodeSelector: { 'no.such/label': 'yes' } } }), 2000);
    expect(reasonOf(unscheduled, 'timed-out')).toMatch(/had not ended after 2 s. Pod \S+ cannot be scheduled/);
    await api.send('DELETE', jobPath(), { body: { propagationPolicy: 'Background' } });
    const suspended = await run('suspended', jobOf({ spec: { suspend: true } }), 1000);
    expect(reasonOf(suspended, 'timed-out')).toContain('It is suspended (spec.suspend).');
    await api.send('DELETE', jobPath(), { body: { propagationPolicy: 'Background' } });
    await api.send('POST', `/api/v1/namespaces/${namespace}/resourcequotas`, {
      body: { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } },
    });
    await pause(1000);
    const quota = await run('quota', jobOf(), 2000);
    expect(reasonOf(quota, 'timed-out')).toContain('It has no pod.');
    expect((quota.result as JobResult & { evidence: string[] }).evidence.join('\n')).toMatch(
      /event of Job migrate-\S+: FailedCreate: .*exceeded quota: none/,
    );
  });

  it('ends when it vanishes', async () => {
    const script = 'console.log("begins"); setInterval(() => {}, 1000)';
    const body = { propagationPolicy: 'Background' };
    const gone = await run('vanished', jobOf({ script }), 20_000, () => void api.send('DELETE', jobPath(), { body }));
    expect(reasonOf(gone, 'vanished')).toMatch(/^Job migrate-20261124-1 (was deleted|is being deleted)/);
  });

  it('may write a lot', async () => {
    const script = 'console.log("x".repeat(100_000)); for (let i = 0; i < 20_000; i++) console.log(i)';
    const { result, lines } = await run('wordy', jobOf({ script }));
    expect(result.state).toBe('succeeded');
    expect(lines).toHaveLength(5001);
    expect(lines[0]).toHaveLength(2000);
    expect(lines.at(-1)).toContain('left out: kubectl -n');
  });

  it('is refused before anything is changed when the cluster does not know one of its fields', async () => {
    const place = { api, resources: new Resources(api), namespace };
    const jobs = [jobOf({ spec: { backofLimit: 1 } })];
    await expect(planObjects(place, { service: 'orders', objects: [], options: { jobs } })).rejects.toMatchObject({
      facts: { type: 'unknown-field', reason: expect.stringContaining('backofLimit') },
    });
    await expect(
      planObjects(place, { service: 'orders', objects: [], options: { jobs: [jobOf({ container: { image: '' } })] } }),
    ).rejects.toMatchObject({ facts: { type: 'bad-object' } });
    await planObjects(place, { service: 'orders', objects: [], options: { jobs: [jobOf()] } });
    expect(await api.get(jobPath())).toBeUndefined();
  });
});

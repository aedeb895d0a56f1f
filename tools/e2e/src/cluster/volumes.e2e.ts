import { existsSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';

const namespace = `e2e-volumes-${process.pid}`;
const within = ['--namespace', namespace];
const user = 999;

beforeAll(async () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  await apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'store', namespace },
    stringData: { password: 's3:cret' },
  });
});
afterAll(async () => {
  await kubectl(['delete', 'namespace', '--ignore-not-found', namespace, '--wait=false']);
});

/** A store, and what is done to it by a shell in its container. */
interface Store {
  readonly name: string;
  readonly container: Record<string, unknown>;
  /** Makes what the store requires before its first start. */
  readonly prepare?: Record<string, unknown>;
  readonly write: string;
  readonly read: string;
}

const fromSecret = { valueFrom: { secretKeyRef: { name: 'store', key: 'password' } } };

const redis: Store = {
  name: 'redis',
  container: {
    image: '127.0.0.1:5000/library/redis:7-bookworm',
    command: ['sh', '-c', 'exec redis-server --appendonly yes --appendfsync always --requirepass "$REDISCLI_AUTH"'],
    env: [{ name: 'REDISCLI_AUTH', ...fromSecret }],
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
    readinessProbe: { exec: { command: ['sh', '-c', 'redis-cli ping | grep PONG'] }, periodSeconds: 1 },
  },
  write: 'redis-cli set greeting hello',
  read: 'redis-cli get greeting',
};

const database = {
  image: '127.0.0.1:5000/library/postgres:15-bookworm',
  env: [
    // A folder of its own in the volume: the database requires one that nobody else can read.
    { name: 'PGDATA', value: '/var/lib/postgresql/data/pgdata' },
    { name: 'PGPASSWORD', ...fromSecret },
  ],
  volumeMounts: [
    { name: 'data', mountPath: '/var/lib/postgresql/data' },
    { name: 'run', mountPath: '/var/run/postgresql' },
    { name: 'tmp', mountPath: '/tmp' },
  ],
};
const initialise = [
  'test -s "$PGDATA/PG_VERSION" && exit 0',
  'printenv PGPASSWORD > /tmp/password',
  'initdb --auth=scram-sha-256 --pwfile=/tmp/password --no-sync',
];
const postgres: Store = {
  name: 'postgres',
  prepare: { ...database, command: ['sh', '-c', initialise.join('\n')] },
  container: {
    ...database,
    readinessProbe: { exec: { command: ['pg_isready', '--quiet'] }, periodSeconds: 1 },
  },
  write: `psql --command="create table greetings as select 'hello' as text"`,
  read: 'psql --tuples-only --no-align --command="select text from greetings"',
};

it.each([redis, postgres])(
  '$name, as a user who is not root, finds in a new pod what it wrote in the one before',
  async (store) => {
    await apply(statefulSetOf(store));
    await rollOut(store);
    expect((await shell(store, 'id -u')).trim()).toBe(String(user));
    await shell(store, store.write);
    const before = await podId(store);
    await kubectl(['delete', 'pod', `${store.name}-0`, ...within]);
    await rollOut(store);
    expect(await podId(store)).not.toBe(before);
    expect((await shell(store, store.read)).trim()).toBe('hello');
  },
);

it.each([redis, postgres])('the folder of $name is removed with its claim', async ({ name }) => {
  const claim = `data-${name}-0`;
  const get = (kind: string, name: string, path: string) =>
    kubectl(['get', kind, name, ...within, `--output=jsonpath={${path}}`]);
  const volume = await get('persistentvolumeclaim', claim, '.spec.volumeName');
  const folder = await get('persistentvolume', volume, '.spec.hostPath.path');
  expect(folder).toContain(namespace);
  expect(statSync(folder).mode & 0o777).toBe(0o777);

  await kubectl(['delete', 'statefulset', name, ...within, '--cascade=foreground']);
  expect(existsSync(folder)).toBe(true);
  await kubectl(['delete', 'persistentvolumeclaim', claim, ...within]);
  await kubectl(['wait', '--for=delete', `persistentvolume/${volume}`, '--timeout=60s']);
  expect(existsSync(folder)).toBe(false);
});

function statefulSetOf({ name, container, prepare }: Store): object {
  const securityContext = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  };
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace },
    spec: {
      serviceName: name,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          securityContext: { runAsNonRoot: true, runAsUser: user, seccompProfile: { type: 'RuntimeDefault' } },
          ...(prepare ? { initContainers: [{ name: 'prepare', securityContext, ...prepare }] } : {}),
          containers: [{ name, securityContext, ...container }],
          volumes: ['run', 'tmp'].map((volume) => ({ name: volume, emptyDir: { medium: 'Memory' } })),
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          // No storage class: the default one.
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '100Mi' } } },
        },
      ],
    },
  };
}

/** Waits until the pod is ready. The controller takes a moment to make it anew. */
async function rollOut({ name }: Store): Promise<void> {
  await kubectl(['rollout', 'status', `statefulset/${name}`, ...within, '--timeout=90s']);
  const deadline = Date.now() + 30_000;
  const wait = ['wait', `pod/${name}-0`, ...within, '--for=condition=Ready', '--timeout=30s'];
  for (;;) {
    try {
      await kubectl(wait);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

function podId({ name }: Store): Promise<string> {
  return kubectl(['get', 'pod', `${name}-0`, ...within, '--output=jsonpath={.metadata.uid}']);
}

function shell({ name }: Store, script: string): Promise<string> {
  return kubectl(['exec', `${name}-0`, ...within, `--container=${name}`, '--', 'sh', '-c', script]);
}

async function apply(object: object): Promise<void> {
  await kubectl(['apply', '--filename=-'], JSON.stringify(object));
}

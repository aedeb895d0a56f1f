import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { kubectlAs, tokenOf, writeKubeconfig } from '../../../scratch-workspace/src/cluster-account.ts';
import { floorManifests, pinnedImage, removePolicies } from '../../../scratch-workspace/src/floor.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

const manifest = 'apps/payments/k8s/deployment.yaml';
const digest = `sha256:${'a'.repeat(64)}`;

let workspace: ScratchWorkspace;
let preprod: string;
/** Holds the deployer's token and nothing else. */
let deployer: string;
/** An image that pods may run. */
let image: string;
let start: string;

beforeAll(async () => {
  workspace = await ScratchWorkspace.create('floor');
  preprod = workspace.namespace('preprod');
  deployer = join(workspace.folder, '../deployer.json');
  await writeKubeconfig(deployer, [{ context: preprod, token: await tokenOf('deployer', preprod) }]);
  image = await pinnedImage('library/node:24-bookworm-slim');
  workspace.edit('Infrastructure/environments/preprod.yaml', /$/, '\nallowBranches: true\nrollout: { grace: 5s }\n');
  start = await workspace.commit('feat: a release to begin with');
  await workspace.taskSuccessfully(['run', 'payments:release']);
  // Policies hold a moment after they were made.
  await eventually(async () => expect(await create(deploymentOf({ image: 'busybox' }))).toMatch(/has no digest/));
});
afterAll(async () => {
  rmSync(deployer, { force: true });
  await workspace.remove();
});

const as = async (kubeconfig: string, args: readonly string[], input?: string) =>
  (await kubectlAs(kubeconfig, [...args, '--namespace', preprod], input)).output;
/** What the deployer is told that writes by kubectl. */
const attempt = (args: readonly string[], input?: string) => as(deployer, args, input);
const create = (object: object) => attempt(['create', '--dry-run=server', '--filename=-'], JSON.stringify(object));
const look = (args: readonly string[]) => kubectl([...args, '--namespace', preprod]);

interface PodFacts {
  readonly image?: string;
  readonly spec?: Record<string, unknown>;
}

const podSpec = ({ image: of = image, spec = {} }: PodFacts) => ({
  restartPolicy: 'Never',
  containers: [{ name: 'one', image: of }],
  ...spec,
});
const template = (facts: PodFacts, restartPolicy = 'Always') => ({
  metadata: { labels: { app: 'one' } },
  spec: { ...podSpec(facts), restartPolicy },
});
const selector = { matchLabels: { app: 'one' } };

function deploymentOf(facts: PodFacts): object {
  const spec = { selector, template: template(facts) };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'one' }, spec };
}

/** Every kind that pods are made from and that deployers write. */
const workloads: readonly [string, (facts: PodFacts) => object][] = [
  ['Deployment', deploymentOf],
  [
    'StatefulSet',
    (facts) => ({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'one' },
      spec: { selector, serviceName: 'one', template: template(facts) },
    }),
  ],
  [
    'Job',
    (facts) => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'one' },
      spec: { template: template(facts, 'Never') },
    }),
  ],
  [
    'CronJob',
    (facts) => ({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'one' },
      spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: template(facts, 'Never') } } },
    }),
  ],
];

const unpinned: readonly [string, () => PodFacts, RegExp][] = [
  ['an image by its tag', () => ({ image: image.replace(/@.*/, '') }), /24-bookworm-slim" has no digest/],
  ['a digest of no length', () => ({ image: `${image.replace(/@.*/, '')}@sha256:aa` }), /has no digest/],
  ['an image of another registry', () => ({ image: `docker.io/library/x@${digest}` }), /not from 127\.0\.0\.1:5000\//],
  ['a registry that begins alike', () => ({ image: `127.0.0.1:50001/x@${digest}` }), /not from 127\.0\.0\.1:5000\//],
  [
    'an init container by its tag',
    () => ({ spec: { initContainers: [{ name: 'two', image: 'busybox:1' }] } }),
    /"busybox:1" has no digest/,
  ],
  [
    'a sidecar by its tag',
    () => ({
      spec: {
        containers: [
          { name: 'one', image },
          { name: 'two', image: '127.0.0.1:5000/two:1' },
        ],
      },
    }),
    /two:1" has no digest/,
  ],
  ['the account of the deployer', () => ({ spec: { serviceAccountName: 'deployer' } }), /may not run as .*"deployer"/],
  ['the same by the old field', () => ({ spec: { serviceAccount: 'deployer' } }), /may not run as .*"deployer"/],
];

describe.each(workloads)('a %s', (_, of) => {
  it.each(unpinned)('with %s is refused', async (_, facts, why) => {
    expect(await create(of(facts()))).toMatch(why);
  });

  it('by digest, of the registry, as the account of pods is taken', async () => {
    expect(await create(of({}))).toMatch(/created \(server dry run\)/);
    expect(await create(of({ spec: { serviceAccountName: 'default' } }))).toMatch(/created \(server dry run\)/);
  });
});

describe('a pod', () => {
  const pod = (facts: PodFacts, name = 'one') =>
    JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: preprod }, spec: podSpec(facts) });
  /** As the administrator: who may write pods at all is another matter. */
  const asAdministrator = (args: readonly string[], input?: string) =>
    as(workspace.administratorKubeconfig, [...args, `--context=${preprod}`], input);

  it.each(unpinned)('with %s is refused, whoever makes it', async (_, facts, why) => {
    expect(await asAdministrator(['create', '--dry-run=server', '--filename=-'], pod(facts()))).toMatch(why);
  });

  it('gets neither another image nor an ephemeral container later', async () => {
    expect(await asAdministrator(['create', '--filename=-'], pod({}, 'later'))).toMatch(/created/);
    expect(await asAdministrator(['set', 'image', 'pod/later', 'one=busybox:1'])).toMatch(/"busybox:1" has no digest/);
    expect(await asAdministrator(['debug', 'later', '--image=busybox:2', '--attach=false'])).toMatch(
      /"busybox:2" has no digest/,
    );
    expect(await asAdministrator(['label', 'pod', 'later', 'a=b'])).toMatch(/labeled/);
  });

  it('of before the policy goes on, and its controllers write to what made it', async () => {
    // In a namespace without the policy first.
    const name = `${workspace.id}-before`;
    const object = { ...deploymentOf({ image: '127.0.0.1:5000/library/node:24-bookworm-slim' }) };
    await kubectl(['create', 'namespace', name]);
    try {
      await kubectl(['create', '--namespace', name, '--filename=-'], JSON.stringify(object));
      await kubectl(['apply', '--filename=-'], policiesFor(name));
      const within = ['--namespace', name];
      await eventually(async () => {
        const { output } = await kubectlAs(workspace.administratorKubeconfig, [
          'run',
          'two',
          '--image=busybox',
          '--dry-run=server',
          `--context=${preprod}`,
          ...within,
        ]);
        expect(output).toMatch(/has no digest/);
      });
      await kubectl(['annotate', 'deployment', 'one', 'seen=yes', ...within]);
      await kubectl(['scale', 'deployment', 'one', '--replicas=0', ...within]);
      await eventually(async () =>
        expect(await kubectl(['get', 'deployment', 'one', '--output=jsonpath={.status.replicas}', ...within])).toBe(''),
      );
    } finally {
      await removePolicies([name]);
      await kubectl(['delete', 'namespace', name, '--wait=false']);
    }
  });
});

describe('a deployment that the policy does not take', () => {
  afterEach(() => workspace.restore(start));

  it.each([
    [
      'a sidecar by its tag',
      '      containers:',
      '      containers:\n        - name: proxy\n          image: evil.example/proxy:1',
      /Deployment payments: The image "evil\.example\/proxy:1" has no digest.*NAME:TAG@sha256:DIGEST\..*policy/s,
    ],
    [
      'another account',
      '      containers:',
      '      serviceAccountName: deployer\n      containers:',
      /Deployment payments: Pods may not run as the account "deployer"/,
    ],
  ])('%s is refused before anything is touched, in a sentence', async (_, from, to, why) => {
    workspace.edit(manifest, from, to);
    await workspace.commit('feat(payments): one more');
    const before = await look(['get', 'deployments,controllerrevisions', '--output=name']);
    const { code, output } = await workspace.task(['run', 'payments:release']);
    expect(output).toMatch(why);
    expect(output).not.toContain('    at ');
    expect(code).toBe(2);
    expect(await look(['get', 'deployments,controllerrevisions', '--output=name'])).toBe(before);
  });
});

describe('a deployment record', () => {
  const name = 'poc-payments-1';
  const annotate = (...notes: string[]) => attempt(['annotate', '--overwrite', 'controllerrevision', name, ...notes]);

  it('of a deployment that ended does not change', async () => {
    expect(await annotate('poc.dev/outcome=failed')).toMatch(/How a deployment ended is recorded once/);
    expect(await annotate('poc.dev/finished-at=2020-01-01T00:00:00.000Z')).toMatch(/is recorded once/);
    expect(await annotate('poc.dev/finished-at-')).toMatch(/is recorded once/);
    expect(await annotate('poc.dev/probe={"requests":9,"failed":0,"p99":1}')).toMatch(/is recorded once/);
    expect(await annotate('poc.dev/fault=build')).toMatch(/is recorded once/);
    expect(await annotate('poc.dev/summary={}')).toMatch(/What was recorded when a deployment began does not change/);
    expect(await annotate('poc.dev/canary={"phase":"serving"}')).toMatch(/Whether a deployment was a canary/);
    const label = (text: string) => attempt(['label', '--overwrite', 'controllerrevision', name, text]);
    expect(await label('poc.dev/record-of=orders')).toMatch(/Whose deployment a record is of does not change/);
    expect(await label('poc.dev/record-of-')).toMatch(/Whose deployment a record is of does not change/);
    expect(await label('poc.dev/newest=false')).toMatch(/Leave the label as it is/);
  });

  it('is not deleted while it is one of the newest', async () => {
    expect(await attempt(['delete', 'controllerrevision', name])).toMatch(/The newest record of a service stays/);
  });

  it('is not made up: neither as one that has ended, nor by another name, nor of what is there', async () => {
    const found = JSON.parse(await look(['get', 'controllerrevision', name, '--output=json'])) as Revision;
    const made = (change: (revision: Revision) => void) => {
      const { metadata, ...rest } = structuredClone(found);
      const revision: Revision = {
        ...rest,
        revision: 2,
        metadata: {
          name: 'poc-payments-2',
          labels: metadata.labels,
          annotations: { ...pick(metadata.annotations, facts), 'poc.dev/sequence': '2', 'poc.dev/outcome': 'running' },
        },
      };
      change(revision);
      return create(revision);
    };
    const begins = /A deployment record begins as poc-SERVICE-SEQUENCE/;
    expect(await made(() => {})).toMatch(/created \(server dry run\)/);
    expect(await made(({ metadata }) => (metadata.annotations['poc.dev/outcome'] = 'succeeded'))).toMatch(begins);
    expect(await made(({ metadata }) => (metadata.annotations['poc.dev/finished-at'] = '2020-01-01'))).toMatch(begins);
    expect(await made(({ metadata }) => delete metadata.annotations['poc.dev/summary'])).toMatch(begins);
    expect(await made(({ metadata }) => (metadata.name = 'poc-orders-2'))).toMatch(begins);
    expect(await made((revision) => (revision.revision = 7))).toMatch(begins);
  });

  it('is deleted once it has ended and is not the newest, as deployments do with old ones', async () => {
    const found = JSON.parse(await look(['get', 'controllerrevision', name, '--output=json'])) as Revision;
    // Nothing is deployed for that: as deployments do it, each record is begun, and ended.
    for (let sequence = 2; sequence <= 21; sequence++) {
      const own = `poc-payments-${sequence}`;
      const copy = {
        ...found,
        revision: sequence,
        metadata: {
          name: own,
          labels: { 'poc.dev/record-of': 'payments', 'poc.dev/newest': 'true' },
          annotations: {
            ...pick(found.metadata.annotations, facts),
            'poc.dev/sequence': String(sequence),
            'poc.dev/outcome': 'running',
          },
        },
      };
      expect(await attempt(['create', '--filename=-'], JSON.stringify(copy))).toMatch(/created/);
      const unmark = (record: number) =>
        attempt(['label', 'controllerrevision', `poc-payments-${record}`, 'poc.dev/newest-']);
      if (sequence === 2) {
        expect(await unmark(2)).toMatch(/loses the mark once it has ended/);
        expect(await attempt(['delete', 'controllerrevision', own])).toMatch(/The newest record of a service stays/);
      }
      expect(await unmark(sequence - 1)).toMatch(/unlabeled/);
      const time = 'poc.dev/finished-at=2026-11-28T00:00:00.000Z';
      const end = ['annotate', '--overwrite', 'controllerrevision', own];
      if (sequence === 2) expect(await attempt([...end, time])).toMatch(/is recorded together with its outcome/);
      expect(await attempt([...end, time, 'poc.dev/outcome=succeeded'])).toMatch(/annotated/);
    }
    expect(await attempt(['label', 'controllerrevision', 'poc-payments-3', 'poc.dev/newest=true'])).toMatch(
      /Leave the label as it is/,
    );
    // The product finds, numbers and prunes them as ever.
    workspace.edit('apps/payments/src/main.ts', /^/, "console.log('another one');\n");
    await workspace.commit('feat(payments): another one');
    await workspace.taskSuccessfully(['run', 'payments:release']);
    const records = await look(['get', 'controllerrevisions', '--output=name', '--selector=poc.dev/record-of']);
    const newest = Array.from({ length: 20 }, (_, index) => `controllerrevision.apps/poc-payments-${3 + index}`);
    expect(records.split('\n').sort()).toEqual(newest.sort());
    await workspace.restore(start);
  });
});

describe('the lock of a service', () => {
  interface Lease {
    readonly metadata: { readonly name: string; readonly resourceVersion?: string };
    readonly spec: Record<string, unknown>;
  }
  const name = 'poc-floor';
  const spec = {
    holderIdentity: 'ada (ci) 1',
    leaseDurationSeconds: 15,
    acquireTime: '2026-11-28T10:00:00.000000Z',
    renewTime: '2026-11-28T10:00:00.000000Z',
    leaseTransitions: 1,
  };
  const put = (change: Record<string, unknown>, from: Record<string, unknown> = spec) =>
    attempt(
      ['replace', '--filename=-'],
      JSON.stringify({ ...base, metadata: { name }, spec: { ...from, ...change } } satisfies Lease & object),
    );
  const base = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
  const make = (change: Record<string, unknown>) =>
    attempt(
      ['create', '--filename=-'],
      JSON.stringify({ ...base, metadata: { name }, spec: { ...spec, ...change } } satisfies Lease & object),
    );

  it('is taken for a time that ends', async () => {
    expect(await make({ leaseDurationSeconds: 1_000_000 })).toMatch(/leaseDurationSeconds of 1 to 60/);
    expect(await make({ leaseTransitions: 5 })).toMatch(/Who takes a lock counts it/);
    expect(await make({})).toMatch(/created/);
  });

  it('has no owner, with which the garbage collector would delete it', async () => {
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'gone', uid: crypto.randomUUID() }];
    const owned = JSON.stringify({ ...base, metadata: { name, ownerReferences }, spec });
    expect(await attempt(['replace', '--filename=-'], owned)).toMatch(/belongs to no other object/);
  });

  it('is renewed and released by its holder only', async () => {
    const at = (seconds: number) => `2026-11-28T10:00:${String(seconds).padStart(2, '0')}.000000Z`;
    expect(await put({ renewTime: at(3) })).toMatch(/replaced/);
    const renewed = { ...spec, renewTime: at(3) };
    expect(await put({ renewTime: at(1) })).toMatch(/A holder renews its lock/);
    expect(await put({ renewTime: at(4), leaseDurationSeconds: 3600 })).toMatch(/leaseDurationSeconds of 1 to 60/);
    const other = { holderIdentity: 'eve (laptop) 2', leaseTransitions: 2 };
    expect(await put({ ...other, acquireTime: at(5), renewTime: at(5) }, renewed)).toMatch(
      /The lock is held by ada \(ci\) 1, who renewed it at 2026-11-28T10:00:03/,
    );
    expect(await put({ holderIdentity: 'eve (laptop) 2' }, renewed)).toMatch(/Who takes a lock counts it/);
    expect(await put({ holderIdentity: '', renewTime: at(9) }, renewed)).toMatch(/A lock is released by its holder/);
    expect(await put({ ...other, acquireTime: at(18), renewTime: at(18) }, renewed)).toMatch(/replaced/);
    const taken = { ...renewed, ...other, acquireTime: at(18), renewTime: at(18) };
    expect(await put({ holderIdentity: null }, taken)).toMatch(/replaced/);
    expect(await put({ leaseTransitions: 3 }, taken)).toMatch(/replaced/);
  });

  it('is not deleted by who deploys', async () => {
    expect(await attempt(['delete', 'lease', name])).toMatch(/forbidden/i);
    // Were it permitted to, the policy would still refuse it.
    await look(['create', 'role', 'deletes-leases', '--verb=delete,deletecollection', '--resource=leases']);
    await look(['create', 'rolebinding', 'deletes', '--role=deletes-leases', `--serviceaccount=${preprod}:deployer`]);
    await eventually(async () =>
      expect(await attempt(['delete', 'lease', name])).toMatch(/A service's lock is not deleted/),
    );
    const path = `/apis/coordination.k8s.io/v1/namespaces/${preprod}/leases`;
    expect(await attempt(['delete', '--raw', path])).toMatch(/A service's lock is not deleted/);
  });
});

interface Revision {
  revision: number;
  readonly metadata: {
    name: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  };
}

const facts = ['poc.dev/kinds', 'poc.dev/attempt', 'poc.dev/summary'];

function pick(from: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, from[key] ?? '']));
}

function policiesFor(namespace: string): string {
  return floorManifests(namespace, '127.0.0.1:5000').join('\n---\n');
}

/** Tries again until it holds: policies follow objects within a second or so. */
async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

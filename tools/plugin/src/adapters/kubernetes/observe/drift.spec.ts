import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { driftOf, fingerprintOf, hasAdditions } from './drift.ts';

const container = {
  name: 'orders',
  image: 'orders@sha256:1',
  args: ['--port', '80'],
  env: [
    { name: 'PORT', value: '3000' },
    { name: 'API_TOKEN', value: 'hush' },
  ],
  ports: [{ containerPort: 3000 }],
  resources: { limits: { cpu: '0.5' } },
};
const applied: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders', labels: { team: 'shop' } },
  spec: { replicas: 2, template: { spec: { containers: [container] } } },
};

const ofContainer = {
  'f:name': {},
  'f:image': {},
  'f:args': {},
  'f:env': { 'k:{"name":"PORT"}': { '.': {}, 'f:value': {} }, 'k:{"name":"API_TOKEN"}': { '.': {}, 'f:value': {} } },
  'f:ports': { 'k:{"containerPort":3000,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
  'f:resources': { 'f:limits': { 'f:cpu': {} } },
};
const inContainers = (fields: object) => ({
  'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"orders"}': fields } } } },
});
const ours = {
  manager: 'poc-deployer',
  operation: 'Apply',
  apiVersion: 'apps/v1',
  fieldsV1: {
    'f:metadata': { 'f:labels': { 'f:team': {} } },
    'f:spec': { 'f:replicas': {}, ...inContainers(ofContainer)['f:spec'] },
  },
};
const by = (manager: string, fieldsV1: object, more: object = {}) => {
  return { manager, operation: 'Update', apiVersion: 'apps/v1', time: '2026-11-25T12:00:00Z', fieldsV1, ...more };
};

interface Live {
  readonly container?: object;
  readonly containers?: readonly object[];
  readonly spec?: object;
  readonly labels?: object;
}

/** The object as somebody else left it. */
function live({ container: changed, containers, spec, labels }: Live, ...others: object[]): KubernetesObject {
  const asServed = {
    ...container,
    resources: { limits: { cpu: '500m' } },
    ports: [{ containerPort: 3000, protocol: 'TCP' }],
    ...changed,
  };
  return {
    ...applied,
    metadata: {
      ...applied.metadata,
      labels: { ...applied.metadata.labels, ...labels },
      managedFields: [ours, ...others],
    } as KubernetesObject['metadata'],
    spec: { replicas: 2, ...spec, template: { spec: { containers: containers ?? [asServed] } } },
    status: { readyReplicas: 2 },
  };
}

const at = '2026-11-25T12:00:00Z';
const path = 'spec.template.spec.containers[orders]';

describe('driftOf', () => {
  it('is nothing where nobody wrote but controllers and autoscalers, whatever the server made of the values', () => {
    const untouched = live(
      {},
      by('kube-controller-manager', { 'f:metadata': {}, 'f:status': { 'f:readyReplicas': {} } }),
      by('kubelet', { 'f:status': {} }, { subresource: 'status' }),
      by('poc-deployer-replicas', { 'f:spec': { 'f:replicas': {} } }),
    );
    expect(driftOf(applied, untouched)).toEqual([]);
    expect(hasAdditions(untouched)).toBe(false);
  });

  it('is nothing where another writes the same amount otherwise', () => {
    const fields = inContainers({ 'f:resources': { 'f:limits': { 'f:cpu': {} } } });
    expect(driftOf(applied, live({}, by('kubectl', fields)))).toEqual([]);
    const less = live({ container: { resources: { limits: { cpu: '400m' } } } }, by('kubectl', fields));
    expect(driftOf(applied, less)).toMatchObject([{ path: `${path}.resources.limits.cpu`, live: '"400m"' }]);
  });

  it('tells what was changed, and by whom', () => {
    const scaled = live({ spec: { replicas: 5 } }, by('kubectl', { 'f:spec': { 'f:replicas': {} } }));
    expect(driftOf(applied, scaled)).toEqual([{ path: 'spec.replicas', applied: '2', live: '5', by: 'kubectl', at }]);
    const other = live({ container: { args: ['--port', '81'] } }, by('kubectl-edit', inContainers({ 'f:args': {} })));
    expect(driftOf(applied, other)).toMatchObject([
      { path: `${path}.args`, applied: '["--port","80"]', live: '["--port","81"]', by: 'kubectl-edit' },
    ]);
    const labelled = live(
      { labels: { team: 'evil' } },
      by('kubectl-label', { 'f:metadata': { 'f:labels': { 'f:team': {} } } }),
    );
    expect(driftOf(applied, labelled)).toMatchObject([{ path: 'metadata.labels.team', live: '"evil"' }]);
  });

  it('tells what was added, beside labels and annotations', () => {
    const env = [...container.env, { name: 'DEBUG', value: 'yes' }, { name: 'DB_PASSWORD', value: 'secret' }];
    const fields = { 'f:env': { 'k:{"name":"DEBUG"}': { '.': {} }, 'k:{"name":"DB_PASSWORD"}': { '.': {} } } };
    const added = live({ container: { env } }, by('kubectl-set', inContainers(fields)));
    expect(hasAdditions(added)).toBe(true);
    expect(driftOf(applied, added)).toEqual([
      { path: `${path}.env[DEBUG]`, applied: undefined, live: '{"name":"DEBUG","value":"yes"}', by: 'kubectl-set', at },
      {
        path: `${path}.env[DB_PASSWORD]`,
        applied: undefined,
        live: '{"name":"DB_PASSWORD","value":"***"}',
        by: 'kubectl-set',
        at,
      },
    ]);
    const annotated = live(
      { labels: { seen: 'yes' } },
      by('operator', { 'f:metadata': { 'f:labels': { 'f:seen': {} } } }),
    );
    expect(driftOf(applied, annotated)).toEqual([]);
    const restarted = { 'f:spec': { 'f:template': { 'f:metadata': { 'f:annotations': { 'f:restartedAt': {} } } } } };
    const again = live({}, by('kubectl-rollout', restarted)) as KubernetesObject & { spec: { template: object } };
    Object.assign(again.spec.template, { metadata: { annotations: { restartedAt: 'now' } } });
    expect(driftOf(applied, again)).toEqual([]);
  });

  it('does not tell that pods were restarted because their Secret changed', () => {
    const variable = (name: string) => {
      const env = [...container.env, { name, value: 'd9fd1a3b' }];
      return live({ container: { env } }, by('Reloader', inContainers({ 'f:env': { [`k:{"name":"${name}"}`]: {} } })));
    };
    expect(driftOf(applied, variable('STAKATER_ORDERS_DATABASE_SECRET'))).toEqual([]);
    expect(driftOf(applied, variable('STAKATER_LIMITS_CONFIGMAP'))).toEqual([]);
    expect(driftOf(applied, variable('STAKATER_URL'))).toHaveLength(1);
    expect(driftOf(applied, variable('X_STAKATER_A_SECRET'))).toHaveLength(1);
  });

  it('tells what is gone, in one line each', () => {
    const less = live({ container: { env: [container.env[0]] } }, by('kubectl-edit', inContainers({ 'f:env': {} })));
    expect(driftOf(applied, less)).toMatchObject([
      {
        path: `${path}.env[API_TOKEN]`,
        applied: '{"name":"API_TOKEN","value":"***"}',
        live: undefined,
        by: 'kubectl-edit',
      },
    ]);
    const replaced = live({ containers: [{ name: 'other' }] }, by('helm', { 'f:spec': {} }));
    expect(driftOf(applied, replaced)).toMatchObject([{ path, live: undefined, by: 'helm' }]);
    const alone = live({ containers: [] });
    expect(driftOf(applied, alone)).toMatchObject([{ path, by: 'unknown', at: undefined }]);
  });

  it('tells a port that got another number as one that is gone and one that was added', () => {
    const fields = { 'f:ports': { 'k:{"containerPort":8080,"protocol":"TCP"}': { 'f:containerPort': {} } } };
    const moved = live(
      { container: { ports: [{ containerPort: 8080, protocol: 'TCP' }] } },
      by('dashboard', inContainers(fields)),
    );
    const { 'f:ports': _, ...rest } = ofContainer;
    (moved.metadata['managedFields'] as object[])[0] = { ...ours, fieldsV1: inContainers(rest) };
    expect(driftOf(applied, moved)).toMatchObject([
      { path: `${path}.ports[3000]`, applied: '{"containerPort":3000}', live: undefined, by: 'dashboard' },
      { path: `${path}.ports[8080]`, applied: undefined, by: 'dashboard' },
    ]);
  });

  it('shows no secret', () => {
    const env = [container.env[0], { name: 'API_TOKEN', value: 'another' }];
    const fields = { 'f:env': { 'k:{"name":"API_TOKEN"}': { 'f:value': {} } } };
    const changed = driftOf(applied, live({ container: { env } }, by('kubectl-edit', inContainers(fields))));
    expect(changed).toMatchObject([{ path: `${path}.env[API_TOKEN].value`, applied: '"***"', live: '"***"' }]);
  });
});

describe('fingerprintOf', () => {
  it('changes with what this tool owns, and with nothing else', () => {
    const before = fingerprintOf(live({}));
    expect(before).toMatch(/^[0-9a-f]{12}$/);
    expect(fingerprintOf(live({ spec: { replicas: 9 } }, by('x', { 'f:spec': {} })))).toBe(before);
    const taken = live({});
    taken.metadata['managedFields'] = [{ ...ours, fieldsV1: { 'f:spec': {} } }];
    expect(fingerprintOf(taken)).not.toBe(before);
    const raw = live({});
    const bytes = Buffer.from(JSON.stringify(ours.fieldsV1));
    raw.metadata['managedFields'] = [{ ...ours, fieldsV1: { Raw: new Uint8Array(bytes) } }];
    expect(fingerprintOf(raw)).toBe(before);
  });
});

/** Lists of a route. */
interface RouteSpec {
  readonly parentRefs: readonly object[];
  readonly rules: readonly { readonly backendRefs: readonly object[] }[];
}

/** Recorded on the local platform: an HTTPRoute, patched by `kubectl patch` with whole lists as they were served, and back. */
describe('driftOf a route', () => {
  const text = readFileSync(join(import.meta.dirname, 'recorded/http-route-by-hand.json'), 'utf8');
  const recorded = JSON.parse(text) as Readonly<
    Record<'applied' | 'asServed' | 'patched' | 'patchedBack', KubernetesObject>
  >;
  const route = recorded.applied;

  it('is nothing where somebody took his own change back, though the defaults of the server are his now', () => {
    const { asServed, patchedBack } = recorded;
    expect(fingerprintOf(patchedBack)).not.toBe(fingerprintOf(asServed));
    expect([driftOf(route, asServed), driftOf(route, patchedBack)]).toEqual([[], []]);
  });

  it('is what he changed as long as that stands', () => {
    const drift = driftOf(route, recorded.patched);
    expect(drift.map(({ path: where, by: who }) => [where, who])).toEqual([
      ['spec.parentRefs', 'kubectl-patch'],
      ['spec.rules', 'kubectl-patch'],
    ]);
  });

  it.each<[string, (spec: RouteSpec) => void]>([
    ['weight', ({ rules }) => void Object.assign(rules[0]!.backendRefs[0]!, { weight: 2 })],
    ['group', ({ parentRefs }) => void Object.assign(parentRefs[0]!, { group: 'other.example' })],
    ['path', ({ rules }) => void Object.assign(rules[1]!, { matches: [{ path: { type: 'Exact', value: '/' } }] })],
  ])('is another %s than the default', (_, change) => {
    const changed = JSON.parse(JSON.stringify(recorded.patchedBack)) as KubernetesObject;
    change(changed['spec'] as RouteSpec);
    expect(driftOf(route, changed)).toHaveLength(1);
  });
});

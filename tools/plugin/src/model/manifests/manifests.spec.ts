import fc from 'fast-check';
import { BuildNumber } from '../release/build-number.ts';
import { ImageRef } from '../image/image-ref.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { Refusal } from '../errors/product-error.ts';
import type { Release } from '../release/release.ts';
import { inKindOrder } from './kind-order.ts';
import { downtimeRefusal, downtimeRisks } from './rules/downtime/no-downtime.ts';
import { ManifestSource } from './source/manifest-source.ts';
import { overlay } from './source/overlay.ts';
import { parseManifests } from './source/parse-manifests.ts';
import { renderManifests } from './render.ts';
import { podTemplateOf } from './rules/pod-templates.ts';
import { podSelectorOf, selects } from './rules/selectors.ts';
import { fieldAt } from './source/object-fields.ts';
import { substitute } from './source/substitute.ts';
import type { RenderRequest } from './render-request.ts';

const release: Release = {
  service: 'orders',
  buildNumber: BuildNumber.parse('20261124-1')!,
  commit: 'c'.repeat(40),
  imageDigest: `sha256:${'a'.repeat(64)}`,
  contentHash: `sha256:${'b'.repeat(64)}`,
  dirty: false,
};
const image = ImageRef.of('127.0.0.1:5000', 'orders', '20261124-1', release.imageDigest);
const environment = { name: 'preprod', namespace: 'shop', variables: { REPLICAS: '3', GREETING: 'hi: "there"' } };

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
spec:
  replicas: \${REPLICAS}
  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  selector: { matchLabels: { app.kubernetes.io/name: orders, app.kubernetes.io/instance: orders } }
  template:
    metadata: { labels: { app.kubernetes.io/name: orders, app.kubernetes.io/instance: orders } }
    spec:
      terminationGracePeriodSeconds: 30
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway }]
      containers:
        - name: orders
          image: orders
          env: [{ name: GREETING, value: "\${GREETING}" }, { name: PORT, value: "3000" }]
          envFrom: [{ configMapRef: { name: orders } }]
          ports: [{ name: http, containerPort: 3000 }]
          lifecycle: { preStop: { sleep: { seconds: 5 } } }
          startupProbe: &probe { httpGet: { path: /ready, port: http } }
          readinessProbe: *probe
          livenessProbe: *probe
        - name: proxy
          image: proxy:1
      volumes: [{ name: config, configMap: { name: orders, defaultMode: 0644 } }]
`;
const others = `
apiVersion: v1
kind: Service
metadata: { name: orders }
spec: { selector: { app.kubernetes.io/name: orders }, ports: [{ port: 80, targetPort: http }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: orders }
spec: { maxUnavailable: 1, selector: { matchLabels: { app.kubernetes.io/name: orders } } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: orders }
data: { script: "echo $\${HOME} \${ENVIRONMENT}" }
`;
const files = { 'k8s/deployment.yaml': deployment, 'k8s/others.yaml': others };

function render(texts: Readonly<Record<string, string>> = files, changes: Partial<RenderRequest> = {}) {
  const byPath = Object.entries(texts).map(([path, text]): [string, string] => [`apps/orders/${path}`, text]);
  return renderManifests({
    texts: new Map(byPath),
    folder: 'apps/orders/k8s',
    environment,
    environmentNames: ['dev', 'preprod', 'prod'],
    release,
    image,
    actor: { person: 'ada', run: 'https://ci.example/1' },
    partOf: 'My Shop!',
    ...changes,
  });
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any kind has any fields
function ofKind(objects: readonly KubernetesObject[], kind: string): any {
  return objects.find((object) => object.kind === kind);
}

function refusalOf(action: () => unknown): Refusal {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return error as Refusal;
  }
  throw new Error('nothing was refused');
}

describe('rendered manifests', () => {
  it('hold image, namespace, labels, values and named configuration, in kind order', () => {
    const { objects, sources } = render();
    expect(objects.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Service', 'PodDisruptionBudget', 'Deployment']);
    const workload = ofKind(objects, 'Deployment');
    const pod = workload.spec.template;
    expect(pod.spec.containers.map((container: { image: string }) => container.image)).toEqual([
      image.toString(),
      'proxy:1',
    ]);
    expect(workload.spec.replicas).toBe(3);
    expect(pod.spec.containers[0].env).toEqual([
      { name: 'GREETING', value: 'hi: "there"' },
      { name: 'PORT', value: '3000' },
    ]);
    expect(workload.metadata.labels).toEqual({
      'app.kubernetes.io/name': 'orders',
      'app.kubernetes.io/instance': 'orders',
      'app.kubernetes.io/version': '20261124-1',
      'app.kubernetes.io/part-of': 'My-Shop',
      'app.kubernetes.io/managed-by': 'poc',
      'poc.dev/service': 'orders',
    });
    expect(objects.every(({ metadata }) => metadata.namespace === 'shop')).toBe(true);
    expect(workload.metadata.annotations).toMatchObject({
      'poc.dev/build-number': '20261124-1',
      'poc.dev/commit': release.commit,
      'poc.dev/image-digest': release.imageDigest,
      'poc.dev/person': 'ada',
      'poc.dev/dirty': 'false',
    });
    expect(pod.spec.volumes[0].configMap.defaultMode).toBe(0o644);
    expect(String(sources.get('Deployment orders'))).toBe('apps/orders/k8s/deployment.yaml:2');
  });

  it('have nothing of the release in pods and selectors but the image', () => {
    const rename = { ...release, buildNumber: BuildNumber.parse('20261125-7')!, commit: 'd'.repeat(40) };
    const [one, two] = [render(), render(files, { release: rename, actor: { person: 'bob', run: 'x' } })];
    expect(ofKind(one.objects, 'Deployment').spec).toEqual(ofKind(two.objects, 'Deployment').spec);
    expect(ofKind(one.objects, 'ConfigMap').metadata.name).toBe(ofKind(two.objects, 'ConfigMap').metadata.name);
  });

  it('name a ConfigMap by its content, wherever it is referred to', () => {
    const { objects } = render();
    const { name } = ofKind(objects, 'ConfigMap').metadata;
    expect(name).toMatch(/^orders-[0-9a-f]{10}$/);
    expect(ofKind(objects, 'ConfigMap').data.script).toBe('echo ${HOME} preprod');
    const { containers, volumes } = ofKind(objects, 'Deployment').spec.template.spec;
    expect(containers[0].envFrom[0].configMapRef.name).toBe(name);
    expect(volumes[0].configMap.name).toBe(name);
    const other = render({ ...files, 'k8s/others.yaml': others.replace('echo', 'print') });
    expect(ofKind(other.objects, 'ConfigMap').metadata.name).not.toBe(name);
    expect(ofKind(other.objects, 'Service').metadata.name).toBe('orders');
  });

  it('take in the overlay of their environment only', () => {
    const overlaid = (replicas: number) =>
      `{apiVersion: apps/v1, kind: Deployment, metadata: {name: orders}, spec: {replicas: ${replicas}}}`;
    const { objects, sources } = render({
      ...files,
      'k8s/preprod.yaml': overlaid(5),
      'k8s/prod.yaml': overlaid(7),
      'k8s/README.md': '{{{',
    });
    expect(ofKind(objects, 'Deployment').spec.replicas).toBe(5);
    expect(String(sources.get('Deployment orders'))).toContain('k8s/preprod.yaml:1');
    expect(
      refusalOf(() => render({ ...files, 'k8s/preprod.yaml': overlaid(1).replace('orders', 'oders') })).explain(),
    ).toMatch(/preprod.yaml:1: Deployment oders .* did you mean Deployment orders/);
  });

  it('are refused without a container that could be meant', () => {
    const other = deployment.replace('- name: orders', '- name: main').replace('image: orders', 'image: other');
    const refusal = refusalOf(() => render({ 'k8s/d.yaml': other }));
    expect(refusal.facts.type).toBe('no-service-container');
    expect(refusal.explain()).toMatch(/named "orders"[^]*has the container main[^]*has the container proxy/);
    expect(refusalOf(() => render({})).facts.type).toBe('no-manifests');
  });

  it('are refused with an unresolved name, telling where', () => {
    const text = refusalOf(() => render({ 'k8s/d.yaml': deployment.replace('${REPLICAS}', '${REPLICSA}') })).explain();
    expect(text).toMatch(/d.yaml:7: Deployment orders: \$\{REPLICSA\} in spec.replicas .*did you mean \$\{REPLICAS\}/);
    expect(text).toContain('Infrastructure/environments/preprod.yaml');
  });
});

describe('what the server would misread', () => {
  const rendered = (text: string) => render({ ...files, 'k8s/more.yaml': text });
  const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${JSON.stringify(name)} }\n`;

  it.each(['..', '.', 'a/b', 'a%2Fb', 'a b', 'Upper', 'ünï', '-a', 'a\u0000b', 'x'.repeat(254)])(
    'is no name: %j',
    (name) => expect(() => rendered(configMap(name))).toThrow(/k8s\/more.yaml:1: the ConfigMap cannot be named/),
  );

  it('may be the name of a role', () => {
    const role =
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: "orders:Reader" }\nrules: []\n';
    expect(rendered(role).objects).toContainEqual(expect.objectContaining({ kind: 'Role' }));
  });

  it('is none of the objects that deployments are locked and recorded in', () => {
    const lease = 'apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: { name: "poc-${SERVICE}" }\n';
    expect(() => rendered(lease)).toThrow(/Lease poc-orders is reserved for locks and records of deployments/);
    const record = 'apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: { name: poc-orders-9 }\nrevision: 9\n';
    expect(() => rendered(record)).toThrow(/ControllerRevision poc-orders-9/);
    expect(() => rendered(lease.replace('poc-', 'my-'))).not.toThrow();
  });

  it('is left to the server where it is no map', () => {
    const odd = deployment.replace(/metadata: \{ labels: .* \}\n {4}spec/, 'metadata: odd\n    spec');
    const { objects } = render({ ...files, 'k8s/deployment.yaml': odd });
    expect(ofKind(objects, 'Deployment').spec.template.metadata).toBe('odd');
  });

  it('is no number of a field', () => {
    const scaler = (more: string) =>
      `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: other }\nspec: { template: { spec: { ${more} } } }\n`;
    expect(() => rendered(scaler('terminationGracePeriodSeconds: 4294967300'))).toThrow(
      /more.yaml:4: StatefulSet other: spec.template.spec.terminationGracePeriodSeconds cannot be 4294967300/,
    );
    expect(() => rendered(scaler('priority: 1.0e+20'))).toThrow(/priority/);
    expect(() => rendered(scaler('securityContext: { runAsUser: 4294967294 }'))).not.toThrow();
    expect(() => rendered(scaler('containers: [{ resources: { limits: { memory: 8589934592 } } }]'))).not.toThrow();
  });
});

describe('parseManifests', () => {
  const parse = (text: string) => parseManifests(new Map([['k8s/x.yaml', text]]), 'shop');

  it('leaves out of what was exported from a cluster what only the object there has', () => {
    const exported = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        ...{ name: 'orders', uid: 'f1', resourceVersion: '12', generation: 3, creationTimestamp: null },
        managedFields: [{ manager: 'helm' }],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'kept' },
      },
      spec: { ports: [] },
      status: { loadBalancer: {} },
    };
    const expected = {
      ...{ apiVersion: 'v1', kind: 'Service', spec: { ports: [] } },
      metadata: { name: 'orders', annotations: { note: 'kept' } },
    };
    const list = { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: [exported] };
    for (const written of [exported, list])
      expect(parse(JSON.stringify(written)).map(({ object }) => object)).toEqual([expected]);
  });

  it.each<[string, RegExp]>([
    ['a: [', /x.yaml:1: this is not YAML/],
    ['a: 1\na: 2', /x.yaml:2: this is not YAML/],
    ['just text', /x.yaml:1: this is not a Kubernetes object/],
    ['kind: Service', /x.yaml:1: the Service has no "apiVersion"/],
    ['apiVersion: v1', /no "kind"/],
    ['apiVersion: v1\nkind: Service', /no "metadata.name"/],
    ['apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}', /"generateName" cannot be applied again/],
    ['apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: other}', /names the namespace "other".*is "shop"/],
    [
      'apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {v: 1.10}}',
      /labels.v of Service a is 1.1: put quotes/,
    ],
    ['apiVersion: v1\nkind: Namespace\nmetadata: {name: a}', /belongs to the whole cluster/],
    ['apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {p: x}', /Secret a holds data/],
    ['apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {p: eA==}', /Secret a holds data/],
    [
      '{apiVersion: v1, kind: A, metadata: {name: a}}\n---\n{apiVersion: v1, kind: A, metadata: {name: a}}',
      /x.yaml:3: A a is already in k8s\/x.yaml:1/,
    ],
    ['{apiVersion: v1, kind: A, metadata: {name: *x}}', /this is not YAML|aliases/],
    [
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`).join('\n')}`,
      /anchors/,
    ],
    ['['.repeat(100_000), /too deeply|not YAML/],
    [`${'[ '.repeat(70)}${'] '.repeat(70)}`, /60 levels/],
  ])('refuses text %#', (text, why) => expect(refusalOf(() => parse(text)).explain()).toMatch(why));

  it('reports the first error of a file only, and the quotes that a variable lacks', () => {
    const route = (value: string) => `kind: X\nspec:\n  - path: { type: Exact, value: ${value} }\n    x: 1\n  - y\n`;
    const { facts } = refusalOf(() => parse(route('${PATH_PREFIX}')));
    expect(facts.evidence).toBeUndefined();
    expect(facts.reason).toMatch(
      /^k8s\/x.yaml:3: this is not YAML: .*\. Variables inside \{ \} or \[ \] need quotes; quote it: "\$\{PATH_PREFIX\}"\.$/,
    );
    expect(refusalOf(() => parse(route('"${PATH_PREFIX}" ]'))).facts.reason).not.toContain('quote');
  });

  it('reports the line of a label that is not a text', () => {
    const text = 'apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  labels:\n    x: y\n    v: 1.10\n';
    expect(() => parse(text)).toThrow(/x.yaml:7: metadata.labels.v/);
    const list = `apiVersion: v1\nkind: List\nitems:\n  - ${text.trimEnd().replaceAll('\n', '\n    ')}\n`;
    expect(() => parse(list)).toThrow(/x.yaml:10: metadata.labels.v/);
  });

  it('tells all mistakes at once', () => {
    const { facts } = refusalOf(() => parse('kind: A\n---\nkind: B'));
    expect(facts.evidence).toHaveLength(2);
  });

  it('flattens lists, skips what is empty, follows anchors and merge keys', () => {
    const list =
      'apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: A, metadata: {name: a}}]\n---\n# nothing\n';
    expect(parse(list).map(({ object }) => object.metadata.name)).toEqual(['a']);
    const merged = parse('apiVersion: v1\nkind: A\nmetadata: {name: a}\nx: &x {p: 1}\ny: {<<: *x, q: 2}')[0]!.object;
    expect(merged['y']).toEqual({ p: 1, q: 2 });
    expect(parse('')).toEqual([]);
  });

  it('refuses or reads whatever it is given, and never breaks', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&x ',
      '*x ',
      '---\n',
      '"',
      "'",
      '!!t ',
      '<<',
      '|',
      '\t',
      '#',
      '0',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((all) => all.join('')),
        ),
        (text) => {
          try {
            parse(text);
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('overlay', () => {
  const manifest = (spec: unknown, more = {}) => ({
    object: { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' }, spec, ...more } as KubernetesObject,
    source: new ManifestSource('x'),
  });
  const merge = (base: unknown, patch: unknown) => overlay([manifest(base)], [manifest(patch)])[0]!.object['spec'];

  it('merges fields, and named items of lists by their names', () => {
    expect(merge({ a: 1, b: { c: 1, d: 2 } }, { b: { c: 3 }, e: 4 })).toEqual({ a: 1, b: { c: 3, d: 2 }, e: 4 });
    expect(
      merge(
        {
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '2' },
          ],
        },
        { env: [{ name: 'B', value: '3' }, { name: 'C' }] },
      ),
    ).toEqual({ env: [{ name: 'A', value: '1' }, { name: 'B', value: '3' }, { name: 'C' }] });
    expect(merge({ args: ['a', 'b'] }, { args: ['c'] })).toEqual({ args: ['c'] });
    expect(merge({ env: [{ name: 'A', value: '1' }] }, { env: [{ name: 'A', valueFrom: { x: 1 } }] })).toEqual({
      env: [{ name: 'A', valueFrom: { x: 1 } }],
    });
  });

  it('takes away what is null or marked', () => {
    expect(merge({ a: 1, b: { c: 1 } }, { a: null, b: { c: null } })).toEqual({ b: {} });
    expect(merge({ l: [{ name: 'A' }, { name: 'B' }] }, { l: [{ name: 'A', $patch: 'delete' }] })).toEqual({
      l: [{ name: 'B' }],
    });
    expect(overlay([manifest({})], [manifest({}, { $patch: 'delete' })])).toEqual([]);
  });

  it('changes nothing with nothing, everything with itself to itself, and never its input', () => {
    const json = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(json, json, (base, patch) => {
        const before = JSON.stringify([base, patch]);
        merge(base, patch);
        expect(JSON.stringify([base, patch])).toBe(before);
        expect(merge(base, {})).toEqual(base);
        const once = merge(base, patch);
        expect(merge(once, patch)).toEqual(once);
      }),
    );
  });
});

describe('substitute', () => {
  const fill = (fields: Record<string, unknown>, variables: Record<string, string> = {}) =>
    substitute(
      [
        {
          object: { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' }, ...fields },
          source: new ManifestSource('x'),
        },
      ],
      variables,
      'dev',
    )[0]!.object;

  it('makes numbers and truths only where one is needed', () => {
    const variables = { N: '80', ON: 'true', NAME: 'http' };
    expect(
      fill(
        {
          replicas: '${N}',
          targetPort: '${NAME}',
          containerPort: '${N}',
          paused: '${ON}',
          value: '${N}',
          args: ['${N}', '-p${N}'],
          annotations: { port: '${N}' },
          data: { replicas: '${N}' },
          timeoutSeconds: '${N}',
          maxUnavailable: '${N}%',
        },
        variables,
      ),
    ).toMatchObject({
      replicas: 80,
      targetPort: 'http',
      containerPort: 80,
      paused: true,
      value: '80',
      args: ['80', '-p80'],
      annotations: { port: '80' },
      data: { replicas: '80' },
      timeoutSeconds: 80,
      maxUnavailable: '80%',
    });
  });

  it('puts values in as they are, once', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (value, around) => {
        fc.pre(!/[${}]/.test(around));
        expect(fill({ text: `${around}\${V}${around}` }, { V: value })['text']).toBe(around + value + around);
      }),
    );
    expect(fill({ text: '${A}' }, { A: '${B}', B: 'no' })['text']).toBe('${B}');
    expect(fill({ text: '$${A} $$ $A ${a:-b} $(A)' })['text']).toBe('${A} $$ $A ${a:-b} $(A)');
  });

  it('refuses names it was not given, also those of every object', () => {
    for (const name of ['NOPE', 'constructor', '__proto__'])
      expect(refusalOf(() => fill({ text: `\${${name}}` })).facts.type).toBe('unresolved-variable');
    expect(refusalOf(() => fill({ map: { '${KEY}': 1 } }, { KEY: 'x' })).explain()).toContain('the name of a field');
  });
});

describe('the order of kinds', () => {
  it('puts what is needed first, however it came', () => {
    const kinds = [
      'ServiceAccount',
      'ConfigMap',
      'Service',
      'Widget',
      'Deployment',
      'HorizontalPodAutoscaler',
      'Ingress',
    ];
    const objects = kinds.map((kind) => ({ apiVersion: 'v1', kind, metadata: { name: 'a' } }));
    fc.assert(
      fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), (shuffled) =>
        expect(inKindOrder(shuffled).map(({ kind }) => kind)).toEqual(kinds),
      ),
    );
  });
});

describe('the promise of no downtime', () => {
  const risksOf = (texts: Record<string, string>) => {
    const { objects, sources } = render(texts);
    return downtimeRisks('orders', objects, sources);
  };
  const changed = (from: string | RegExp, to: string) => {
    const text = deployment.replace(from, to);
    expect(text).not.toBe(deployment);
    return risksOf({ ...files, 'k8s/deployment.yaml': text });
  };

  it('is kept by manifests as the generator writes them', () => expect(risksOf(files)).toEqual([]));

  it.each([
    ['${REPLICAS}', '1', 'spec.replicas', 7],
    ['type: RollingUpdate, ', 'type: Recreate, ', 'spec.strategy.type', 8],
    ['maxUnavailable: 0', 'maxUnavailable: 1', 'spec.strategy.rollingUpdate.maxUnavailable', 8],
    ['maxSurge: 1, maxUnavailable: 0', 'maxUnavailable: 0, maxSurge: 0', 'spec.strategy.rollingUpdate.maxSurge', 8],
    [/ +strategy.*\n/, '', 'spec.strategy.rollingUpdate.maxUnavailable', 6],
    [/readinessProbe: .*/, '', 'container orders, readinessProbe', 16],
    [/lifecycle: .*/, '', 'container orders, lifecycle.preStop', 16],
    ['sleep: { seconds: 5 }', 'exec: { command: [sh, -c, sleep 30] }', 'terminationGracePeriodSeconds', 13],
    ['terminationGracePeriodSeconds: 30', 'terminationGracePeriodSeconds: 5', 'terminationGracePeriodSeconds', 13],
  ])('is broken by %j → %j', (from, to, field, line) => {
    const risks = changed(from, to);
    expect(risks).toHaveLength(1);
    expect(risks[0]).toMatchObject({ severity: 'refuse', field });
    expect(risks[0]!.line).toContain(`k8s/deployment.yaml:${line}: Deployment orders`);
    expect(downtimeRefusal('orders', 'preprod', risks).explain()).toMatch(/--allow-downtime/);
  });

  it('is given up where the workload says why, which is told with every risk', () => {
    const annotated = (why: string) => `name: orders\n  annotations: { poc.dev/allow-downtime: '${why}' }`;
    const one = deployment.replace('${REPLICAS}', '1');
    const risksFor = (why: string) =>
      risksOf({ ...files, 'k8s/deployment.yaml': one.replace('name: orders', annotated(why)) });
    expect(risksFor('Licensed for one process only.')).toMatchObject([
      { severity: 'warn', field: 'spec.replicas', reason: expect.stringMatching(/Accepted: Licensed for one process/) },
    ]);
    for (const noReason of ['', ' ', 'true', 'a '.repeat(200)]) {
      const { exitCode, facts } = refusalOf(() => risksFor(noReason));
      expect([exitCode, facts.type]).toEqual([2, 'bad-manifest']);
      expect(facts.reason).toMatch(/k8s\/deployment\.yaml:6: Deployment orders has poc\.dev\/allow-downtime/);
    }
  });

  it('names a field that is like a missing probe, and its line', () => {
    expect(changed('readinessProbe', 'readynessProbe').map(({ line }) => line)).toEqual([
      'apps/orders/k8s/deployment.yaml:23: Deployment orders, container orders, readinessProbe: there is none, so a pod ' +
        'gets requests before it can answer them. A similar field is readynessProbe.',
    ]);
  });

  it('names the file of the environment where that sets the field', () => {
    const patch = `apiVersion: apps/v1
kind: Deployment
metadata: { name: orders }
spec:
  replicas: 1
  template:
    spec:
      containers:
        - name: sidecar
        - name: orders
          lifecycle: { preStop: { sleep: { seconds: 0 } } }
`;
    expect(risksOf({ ...files, 'k8s/preprod.yaml': patch }).map(({ line }) => line.split(': ')[0])).toEqual([
      'apps/orders/k8s/preprod.yaml:5',
      'apps/orders/k8s/preprod.yaml:11',
    ]);
  });

  it('is broken without a budget for disruptions that selects the pods', () => {
    const without = others.replace(/---\napiVersion: policy[^]*?(?=---)/, '');
    expect(without).not.toContain('PodDisruptionBudget');
    expect(risksOf({ ...files, 'k8s/others.yaml': without })).toMatchObject([
      { severity: 'refuse', field: 'PodDisruptionBudget' },
    ]);
  });

  it('is only warned about where it may be kept anyway', () => {
    for (const line of [/topologySpread.*/, /livenessProbe.*/])
      expect(changed(line, '').map(({ severity }) => severity)).toEqual(['warn']);
  });

  const budget = (limit: string) => ({ ...files, 'k8s/others.yaml': others.replace('maxUnavailable: 1', limit) });

  it.each([
    ['maxUnavailable: 0', 'spec.maxUnavailable'],
    ['maxUnavailable: 0%', 'spec.maxUnavailable'],
    ['minAvailable: 3', 'spec.minAvailable'],
    ['minAvailable: 4', 'spec.minAvailable'],
    ['minAvailable: 100%', 'spec.minAvailable'],
    // 2.01 of 3 pods, which Kubernetes rounds up.
    ['minAvailable: 67%', 'spec.minAvailable'],
  ])('warns of a budget that lets no pod go: %s', (limit, field) => {
    const risks = risksOf(budget(limit));
    expect(risks).toMatchObject([{ severity: 'warn', field: `${field} of PodDisruptionBudget orders` }]);
    expect(risks[0]!.reason).toMatch(/with 3 pods, which lets no pod go, so a node under it can never be drained/);
  });

  it.each(['minAvailable: 2', 'minAvailable: 66%', 'minAvailable: 1%', 'maxUnavailable: 1%', 'maxUnavailable: 100%'])(
    'takes a budget that lets a pod go: %s',
    (limit) => expect(risksOf(budget(limit))).toEqual([]),
  );

  it('finds the budget that lets no pod go among several', () => {
    const second =
      '{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: strict}, spec: {maxUnavailable: 0, selector: {matchLabels: {app.kubernetes.io/name: orders}}}}';
    expect(risksOf({ ...files, 'k8s/strict.yaml': second })).toMatchObject([
      { severity: 'warn', field: 'spec.maxUnavailable of PodDisruptionBudget strict' },
    ]);
  });

  it('counts the least replicas of an autoscaler instead of the workload', () => {
    const scaler = (least: number) =>
      `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: orders}, spec: {minReplicas: ${least}, maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: orders}}}`;
    const texts = { ...files, 'k8s/deployment.yaml': deployment.replace(/ +replicas.*\n/, '') };
    expect(risksOf(texts)).toMatchObject([{ field: 'spec.replicas' }]);
    expect(risksOf({ ...texts, 'k8s/hpa.yaml': scaler(2) })).toEqual([]);
    expect(risksOf({ ...texts, 'k8s/hpa.yaml': scaler(1) })).toMatchObject([{ severity: 'refuse' }]);
    const strict = { ...texts, 'k8s/others.yaml': others.replace('maxUnavailable: 1', 'minAvailable: 2') };
    expect(risksOf({ ...strict, 'k8s/hpa.yaml': scaler(2) })).toMatchObject([
      { severity: 'warn', field: 'spec.minAvailable of PodDisruptionBudget orders' },
    ]);
    expect(risksOf({ ...strict, 'k8s/hpa.yaml': scaler(3) })).toEqual([]);
  });
});

describe('pods of several workloads of a service', () => {
  const container = (name: string) => `containers: [{ name: ${name}, image: x }]`;
  const cron = (labels = '') => `
apiVersion: batch/v1
kind: CronJob
metadata: { name: nightly }
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec: { template: { ${labels}spec: { restartPolicy: Never, ${container('orders')} } } }
`;
  const worker = (spec = '', metadata = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders-worker }
spec: { ${spec}template: { ${metadata}spec: { ${container('orders')} } } }
`;
  const serviceLabels = '{ app.kubernetes.io/name: orders, app.kubernetes.io/instance: orders }';
  const labelsIn = (texts: Readonly<Record<string, string>>, kind: string, name: string) => {
    const { objects } = render({ ...files, ...texts });
    const object = objects.find((each) => each.kind === kind && each.metadata.name === name)!;
    return fieldAt(podTemplateOf(object), 'metadata', 'labels');
  };

  it('have names of their own, by which nothing of the service takes them for those that serve', () => {
    const texts = { 'k8s/cron.yaml': cron(), 'k8s/worker.yaml': worker() };
    const { objects } = render({ ...files, ...texts });
    for (const [kind, name] of [
      ['CronJob', 'nightly'],
      ['Deployment', 'orders-worker'],
    ] as const) {
      const labels = labelsIn(texts, kind, name);
      expect(labels).toMatchObject({ 'app.kubernetes.io/name': `orders.${name}` });
      const takers = objects.filter(
        (object) => object.metadata.name === 'orders' && selects(podSelectorOf(object), labels),
      );
      expect(takers).toEqual([]);
    }
    expect(labelsIn(texts, 'Deployment', 'orders')).toMatchObject({ 'app.kubernetes.io/name': 'orders' });
    // Its own workload finds them.
    const own = objects.find(({ metadata }) => metadata.name === 'orders-worker')!;
    expect(selects(podSelectorOf(own), labelsIn(texts, 'Deployment', 'orders-worker'))).toBe(true);
  });

  it('have the labels that their workload asks for', () => {
    const spec = 'selector: { matchLabels: { app: worker } }, ';
    expect(labelsIn({ 'k8s/worker.yaml': worker(spec) }, 'Deployment', 'orders-worker')).toMatchObject({
      app: 'worker',
    });
  });

  it.each([
    [
      'a CronJob behind the Service',
      { 'k8s/cron.yaml': cron(`metadata: { labels: ${serviceLabels} }, `) },
      /Service orders|2 objects|3 objects/,
    ],
    [
      'two workloads that take the same pods',
      { 'k8s/worker.yaml': worker(`selector: { matchLabels: ${serviceLabels} }, `) },
      /would select/,
    ],
  ])('are refused where they would be mixed up: %s', (_, texts, reason) => {
    expect(() => render({ ...files, ...texts })).toThrow(reason);
  });

  it('may be behind one Service when they say so: two Deployments that both serve', () => {
    const metadata = `metadata: { labels: { app.kubernetes.io/name: orders, track: canary } }, `;
    const spec = 'selector: { matchLabels: { track: canary } }, ';
    const texts = { 'k8s/worker.yaml': worker(spec, metadata) };
    expect(labelsIn(texts, 'Deployment', 'orders-worker')).toMatchObject({
      'app.kubernetes.io/name': 'orders',
      track: 'canary',
    });
  });
});

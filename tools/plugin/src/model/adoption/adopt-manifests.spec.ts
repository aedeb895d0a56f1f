import fc from 'fast-check';
import { parse } from 'yaml';
import { adoptManifests, type AdoptionRequest } from './adopt-manifests.ts';

const dev = { name: 'dev', namespace: 'shop-dev', registry: 'acr.example', variables: {} };
const folder = 'apps/shop/k8s';

const deployment = `# The shop, as it was.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  namespace: default # everybody's
  labels: { version: 1.10 }
spec:
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - name: server # as all call it
        image: gcr.io/demo/shop:v1
        ports:
        - containerPort: 8080
        env:
        - name: PORT
          value: "8080"
`;
const service = `apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  type: ClusterIP
  selector:
    app: shop
  ports:
  - port: 80
    targetPort: 8080
`;
const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: shop }\nstringData: { password: hunter2-hunter2 }\n';

function adopt(files: Record<string, string>, more: Partial<AdoptionRequest> = {}) {
  const texts = new Map(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
  return adoptManifests({ service: 'shop', folder, texts, environments: [dev], ...more });
}

const whole = { 'deployment.yaml': deployment, 'service.yaml': service };

it('puts right all that a release would refuse, and names each edit', () => {
  const { mended, left, texts } = adopt(whole);
  expect(left).toEqual([]);
  expect(mended.map(({ edit }) => edit)).toEqual([
    'left out',
    'put in quotes',
    'set to 2',
    'set to 0, with maxSurge 1',
    expect.stringContaining('tcpSocket 8080 added'),
    'sleep of 10 s added',
    'set to 30',
    'apps/shop/k8s/shop-disruptions.yaml added',
  ]);
  expect(mended[2]!.finding).toContain('Deployment shop, spec.replicas: there are 1');
  expect(texts.get(`${folder}/service.yaml`)).toBe(service);
});

it('keeps comments, order, the indentation of lists and what a text says', () => {
  const text = adopt(whole).texts.get(`${folder}/deployment.yaml`)!;
  expect(text.startsWith('# The shop, as it was.\napiVersion: apps/v1\n')).toBe(true);
  expect(text).toContain('version: "1.10"');
  expect(text).toContain(
    '\n      - name: server # as all call it\n        image: gcr.io/demo/shop:v1\n        ports:\n        - containerPort: 8080\n',
  );
  expect(text).toContain('value: "8080"');
});

it('does nothing the second time', () => {
  const { texts } = adopt(whole);
  const again = adoptManifests({ service: 'shop', folder, texts, environments: [dev] });
  expect(again).toMatchObject({ mended: [], left: [], secrets: [], clusterObjects: [] });
  expect(again.texts).toEqual(texts);
});

it('takes out Secrets with data and objects of the whole cluster, and shows no value', () => {
  const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n';
  const { texts, secrets, clusterObjects, mended } = adopt({ ...whole, 'rest.yaml': `${namespace}---\n${secret}` });
  expect([...texts.keys()]).not.toContain(`${folder}/rest.yaml`);
  expect(secrets.map(({ text }) => parse(text))).toEqual([parse(secret)]);
  expect(clusterObjects.map(({ text }) => parse(text))).toEqual([parse(namespace)]);
  expect(JSON.stringify(mended)).not.toContain('hunter2');
});

it('leaves what a person has to decide, and takes a reason for it', () => {
  const alone = deployment.replace(
    '      containers:',
    '      volumes: [{ name: d, persistentVolumeClaim: { claimName: d } }]\n      containers:',
  );
  const files = { ...whole, 'deployment.yaml': alone };
  expect(adopt(files).left).toEqual([expect.objectContaining({ finding: expect.stringContaining('spec.replicas') })]);
  const accepted = adopt(files, { allowDowntime: 'One pod, for its volume.' });
  expect(accepted.left).toEqual([]);
  expect(accepted.texts.get(`${folder}/deployment.yaml`)).toContain('poc.dev/allow-downtime: One pod, for its volume.');
});

it('changes what an environment lays over there, and not below it', () => {
  const patch = (replicas: number) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  replicas: ${replicas} # few\n`;
  const { texts, left } = adopt({ ...adoptedOnce(), 'dev.yaml': patch(1) });
  expect(left).toEqual([]);
  expect(texts.get(`${folder}/dev.yaml`)).toBe(patch(2));
});

it('tells of what cannot be read', () => {
  expect(adopt({ ...whole, 'deployment.yaml': 'a: [' }).left[0]!.finding).toContain('this is not YAML');
  expect(adopt({ ...whole, 'more.yaml': 'kind: Kustomization\n' }).left[0]!.finding).toContain('more.yaml:1');
});

it('leaves nothing that the rules find, whatever was there before, and changes nothing twice', () => {
  const lines = fc.subarray(
    ['  replicas: 1', '  strategy: { rollingUpdate: { maxUnavailable: 50% } }', '  minReadySeconds: 3'],
    { minLength: 0 },
  );
  const pod = fc
    .subarray([
      '        livenessProbe: { httpGet: { path: /alive, port: 8080 } }',
      '        lifecycle: { preStop: { exec: { command: [sleep, "40"] } } }',
      '        lifecycle: { preStop: { sleep: { seconds: 0 } } }',
      '        resources: { requests: { cpu: 10m } }',
    ])
    .filter((chosen) => chosen.filter((line) => line.includes('lifecycle')).length < 2);
  fc.assert(
    fc.property(lines, pod, (spec, container) => {
      const text =
        deployment.replace('spec:\n', ['spec:', ...spec, ''].join('\n')) + container.map((l) => `${l}\n`).join('');
      const once = adopt({ ...whole, 'deployment.yaml': text });
      expect(once.left).toEqual([]);
      const twice = adoptManifests({ service: 'shop', folder, texts: once.texts, environments: [dev] });
      expect(twice.mended).toEqual([]);
      expect(twice.texts).toEqual(once.texts);
    }),
    { numRuns: 12 },
  );
});

function adoptedOnce(): Record<string, string> {
  return Object.fromEntries([...adopt(whole).texts].map(([path, text]) => [path.slice(folder.length + 1), text]));
}

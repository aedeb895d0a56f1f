import { mayBeNamed, podReferences } from './pod-references.ts';

it('finds every way in which a pod names what it needs', () => {
  const template = {
    metadata: { labels: { secret: 'not-one', configMap: 'not-one' } },
    spec: {
      serviceAccountName: 'account',
      imagePullSecrets: [{ name: 'pull' }],
      initContainers: [{ name: 'secret', envFrom: [{ configMapRef: { name: 'init' } }] }],
      containers: [
        {
          name: 'orders',
          args: ['not-one'],
          envFrom: [{ configMapRef: { name: 'all' } }, { secretRef: { name: 'keys' } }],
          env: [
            { name: 'A', value: 'not-one' },
            { name: 'B', valueFrom: { configMapKeyRef: { name: 'one', key: 'b' } } },
            { name: 'C', valueFrom: { secretKeyRef: { name: 'key', key: 'c' } } },
          ],
        },
      ],
      volumes: [
        { name: 'a', configMap: { name: 'files' } },
        { name: 'b', secret: { secretName: 'certificate' } },
        { name: 'c', projected: { sources: [{ configMap: { name: 'part' } }, { secret: { name: 'secret-part' } }] } },
        { name: 'd', csi: { driver: 'x', nodePublishSecretRef: { name: 'csi' } } },
        { name: 'e', azureFile: { secretName: 'share' } },
      ],
    },
  };
  expect([...podReferences(template)].sort()).toEqual([
    ...['all', 'files', 'init', 'one', 'part'].map((name) => `ConfigMap ${name}`),
    ...['certificate', 'csi', 'key', 'keys', 'pull', 'secret-part', 'share'].map((name) => `Secret ${name}`),
    'ServiceAccount account',
  ]);
  expect(podReferences(undefined).size).toBe(0);
});

it.each([
  ['v1', 'ConfigMap', true],
  ['v1', 'Secret', true],
  ['v1', 'ServiceAccount', true],
  ['v1', 'Service', false],
  ['example.dev/v1', 'Secret', false],
])('%s %s may be named by pods: %s', (apiVersion, kind, may) => expect(mayBeNamed({ apiVersion, kind })).toBe(may));

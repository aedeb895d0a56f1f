import { parse } from 'yaml';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { configMapsOf, declaredVariables, resolveVariables, sourcesOf, type Lookup } from './container-variables.ts';

const deployment = parse(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders }
spec:
  template:
    metadata: { annotations: { poc.dev/team: shop } }
    spec:
      containers:
        - name: proxy
          env: [{ name: OTHER, value: x }]
        - name: orders
          envFrom:
            - configMapRef: { name: orders-1a }
            - secretRef: { name: extra, optional: true }
              prefix: EXTRA_
          env:
            - { name: LEVEL, value: debug }
            - name: PASSWORD
              valueFrom: { secretKeyRef: { name: orders-db, key: password } }
            - name: DATABASE_URL
              value: postgresql://app:$(PASSWORD)@db/$$(PASSWORD)$(UNKNOWN)
            - name: TEAM
              valueFrom: { fieldRef: { fieldPath: "metadata.annotations['poc.dev/team']" } }
            - name: MEMORY
              valueFrom: { resourceFieldRef: { resource: limits.memory } }
`) as KubernetesObject;
const configMap = parse(`
apiVersion: v1
kind: ConfigMap
metadata: { name: orders-1a }
data: { LEVEL: info, PAYMENTS_URL: http://payments }
`) as KubernetesObject;

const declared = declaredVariables([configMap, deployment], 'orders');
const secret: Lookup = ({ kind, name }) => (kind === 'Secret' && name === 'orders-db' ? { password: 's3' } : undefined);

it('finds the values as a kubelet does: what is written last wins, and variables expand', () => {
  const ofManifests = configMapsOf([configMap]);
  const { variables, missing } = resolveVariables(declared, (source) => ofManifests(source) ?? secret(source));
  expect(variables).toEqual({
    LEVEL: 'debug',
    PAYMENTS_URL: 'http://payments',
    PASSWORD: 's3',
    DATABASE_URL: 'postgresql://app:s3@db/$(PASSWORD)$(UNKNOWN)',
    TEAM: 'shop',
  });
  expect(missing).toEqual([]);
});

it('names what it cannot find, unless it is optional', () => {
  const { variables, missing } = resolveVariables(declared, () => undefined);
  expect(variables).not.toHaveProperty('PASSWORD');
  expect(missing).toEqual([
    { name: undefined, from: { kind: 'ConfigMap', name: 'orders-1a' } },
    { name: 'PASSWORD', from: { kind: 'Secret', name: 'orders-db', key: 'password' } },
  ]);
});

it('lists each object that keeps values once', () => {
  expect(sourcesOf(declared)).toEqual([
    { kind: 'ConfigMap', name: 'orders-1a' },
    { kind: 'Secret', name: 'extra' },
    { kind: 'Secret', name: 'orders-db' },
  ]);
});

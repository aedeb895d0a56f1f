import { parse } from 'yaml';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { fieldAt, listAt } from '../manifests/source/object-fields.ts';
import { devPod, type DevPodRequest } from './dev-pod.ts';
import { devLabel } from '../product/wire-names.ts';

const deployment = parse(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders }
spec:
  selector: { matchLabels: { app.kubernetes.io/name: orders } }
  template:
    metadata: { labels: { app.kubernetes.io/name: orders } }
    spec:
      terminationGracePeriodSeconds: 30
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      topologySpreadConstraints: [{ maxSkew: 1 }]
      containers:
        - name: orders
          image: orders
          args: [x]
          envFrom: [{ configMapRef: { name: orders-1a } }, { secretRef: { name: s } }]
          env: [{ name: LEVEL, value: info }, { name: COMMIT, value: '' }]
          readinessProbe: { httpGet: { path: / } }
          lifecycle: { preStop: { sleep: { seconds: 1 } } }
          resources: { limits: { memory: 64Mi, cpu: 1 } }
          securityContext: { allowPrivilegeEscalation: false, runAsUser: 1000 }
`) as KubernetesObject;
const configMap = parse(`
apiVersion: v1
kind: ConfigMap
metadata: { name: orders-1a }
data: { LEVEL: debug, PAYMENTS_URL: http://payments }
`) as KubernetesObject;
const request: DevPodRequest = {
  service: 'orders',
  name: 'orders-dev-1',
  owner: 'me',
  objects: [configMap, deployment],
  image: 'node:24',
  command: ['node', 'x'],
  workingDir: '/w/apps/orders',
  folders: ['/w'],
  variables: { COMMIT: 'abc' },
  user: { uid: 501, gid: 20 },
  compiles: false,
};

it('is what the workload makes, with the sources in place of the image', () => {
  const pod = devPod(request);
  const [container] = listAt(pod, 'spec', 'containers');
  expect(container).toEqual({
    name: 'orders',
    image: 'node:24',
    command: ['node', 'x'],
    workingDir: '/w/apps/orders',
    envFrom: [{ secretRef: { name: 's' } }],
    env: [
      { name: 'PAYMENTS_URL', value: 'http://payments' },
      { name: 'LEVEL', value: 'info' },
      { name: 'COMMIT', value: 'abc' },
    ],
    resources: { limits: { memory: '64Mi', cpu: 1 } },
    securityContext: { allowPrivilegeEscalation: false, runAsUser: 501, runAsGroup: 20, runAsNonRoot: true },
    volumeMounts: [
      { name: 'dev-sources-0', mountPath: '/w' },
      { name: 'dev-temp', mountPath: '/tmp' },
    ],
  });
  expect(fieldAt(pod, 'spec', 'securityContext')).toEqual({ seccompProfile: { type: 'RuntimeDefault' } });
  expect(fieldAt(pod, 'spec', 'topologySpreadConstraints')).toBeUndefined();
});

it('gets none of the traffic of the Service, and ends by itself', () => {
  const pod = devPod(request);
  expect(pod.metadata.labels).toEqual({ [devLabel.service]: 'orders', [devLabel.owner]: 'me' });
  expect(fieldAt(pod, 'spec', 'activeDeadlineSeconds')).toBeGreaterThan(0);
  expect(fieldAt(pod, 'spec', 'restartPolicy')).toBe('Never');
});

it('has memory for a compiler where it compiles', () => {
  const [container] = listAt(devPod({ ...request, compiles: true }), 'spec', 'containers');
  expect(fieldAt(container, 'resources', 'limits')).toEqual({ memory: '2Gi', cpu: 1 });
});

import type { KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { creationFailure } from './creation-failure.ts';
import { probeFailure } from './probe-failure.ts';

const workload = (probes: object): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders' },
  spec: {
    template: { spec: { containers: [{ name: 'orders', ports: [{ name: 'http', containerPort: 8080 }], ...probes }] } },
  },
});
const httpGet = { path: '/ready', port: 'http' };

it.each<[object, string, string | undefined]>([
  [
    { readinessProbe: { httpGet } },
    'Readiness probe failed: HTTP probe failed with statuscode: 503',
    'the readiness probe of its container orders (GET :8080/ready) is answered with 503',
  ],
  [
    { livenessProbe: { httpGet: { port: 9090 } } },
    'Liveness probe failed: Get "http://10.0.0.1:9090/": dial tcp 10.0.0.1:9090: connect: connection refused',
    'the liveness probe of its container orders (GET :9090/) finds nothing listening on port 9090',
  ],
  [
    { startupProbe: { httpGet, timeoutSeconds: 3 } },
    'Startup probe failed: Get "http://10.0.0.1:8080/ready": context deadline exceeded (Client.Timeout exceeded)',
    'the startup probe of its container orders (GET :8080/ready) is not answered within 3 s',
  ],
  [
    { readinessProbe: { exec: { command: ['cat', '/tmp/ready'] } } },
    'Readiness probe failed: cat: /tmp/ready: No such file or directory\n',
    'the readiness probe of its container orders (cat /tmp/ready) fails: cat: /tmp/ready: No such file or directory',
  ],
  [
    { readinessProbe: { grpc: { port: 9000 } } },
    'Readiness probe failed: timeout: failed to connect service "10.0.0.1:9000" within 1s: context deadline exceeded',
    'the readiness probe of its container orders (gRPC :9000) is not answered within 1 s',
  ],
  [{}, 'Readiness probe failed: ', 'the readiness probe of its container orders fails'],
  [{}, 'Something else', undefined],
])('%j: %s', (probes, message, says) => {
  expect(probeFailure(workload(probes), 'orders', ['Liveness probe failed: old', message])?.says).toBe(
    says ?? 'the liveness probe of its container orders fails: old',
  );
  expect(probeFailure(workload(probes), 'orders', [])).toBeUndefined();
});

it.each([
  ['pods "a" is forbidden: exceeded quota: few, requested: pods=1', 'the ResourceQuota few'],
  [
    'pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot',
    'Pod Security level restricted:latest',
  ],
  [
    "ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request: no",
    'ValidatingAdmissionPolicy no-latest',
  ],
  ['admission webhook "images.example" denied the request: unsigned', 'the admission webhook images.example'],
  [
    'failed calling webhook "images.example": connection refused',
    'the admission webhook images.example does not answer',
  ],
  ['the server is on fire', 'cannot create its pods'],
])('%s', (message, part) => expect(creationFailure(message).summary).toContain(part));

import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { isInTheWay, nextJobStep } from './job-step.ts';

const labels = { 'poc.dev/service': 'orders', 'app.kubernetes.io/managed-by': 'poc', 'poc.dev/job': 'migrate' };
const job: KubernetesObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate-20261124-1', labels, annotations: { 'poc.dev/image-digest': 'sha256:a' } },
};
const there = (metadata: object, condition?: string): KubernetesObject => ({
  ...job,
  metadata: { ...job.metadata, ...metadata },
  ...(condition === undefined ? {} : { status: { conditions: [{ type: condition, status: 'True' }] } }),
});
const otherImage = { annotations: { 'poc.dev/image-digest': 'sha256:b' } };

it.each([
  ['nothing is there', undefined, 'create'],
  ['it runs', there({}), 'follow'],
  ['it has succeeded', there({}, 'Complete'), 'nothing'],
  ['it has failed', there({}, 'Failed'), 'replace'],
  ['it is being deleted', there({ deletionTimestamp: '2026-11-24T12:00:00Z' }, 'Failed'), 'await'],
  ['that of another release with the same number runs', there(otherImage), 'await'],
  ['that of another release with the same number has succeeded', there(otherImage, 'Complete'), 'replace'],
  ['somebody has made it by hand', there({ labels: {} }, 'Complete'), 'refuse'],
  ["it is another service's", there({ labels: { ...labels, 'poc.dev/service': 'payments' } }), 'refuse'],
  ["it is another deployer's", there({ labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' } }), 'refuse'],
  ['it is no Job of a release', there({ labels: { ...labels, 'poc.dev/job': undefined } }), 'refuse'],
])('when %s', (_, live, step) => expect(nextJobStep(live, job, 'orders')).toBe(step));

it.each([
  ['itself', there({}), false],
  ['that of another release, which runs', there({ name: 'migrate-20261123-4' }), true],
  ['that of another release, which has ended', there({ name: 'migrate-20261123-4' }, 'Failed'), false],
  ['another Job', there({ name: 'seed-20261124-1', labels: { ...labels, 'poc.dev/job': 'seed' } }), false],
])('is not begun before %s has ended', (_, other, isSo) => expect(isInTheWay(other, job)).toBe(isSo));

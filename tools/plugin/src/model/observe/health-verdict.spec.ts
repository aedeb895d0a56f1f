import fc from 'fast-check';
import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { healthGraceOf, healthVerdict } from './health-verdict.ts';

const certificate = (ready: string | undefined, annotations: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name: 'orders', annotations },
  status: { conditions: ready === undefined ? [] : [{ type: 'Ready', status: ready, reason: 'Pending' }] },
});
const stalled: KubernetesObject = {
  ...certificate('False'),
  status: { conditions: [{ type: 'Stalled', status: 'True' }] },
};
const verdict = (live: KubernetesObject | undefined, seconds: number, object = live ?? certificate('True')) =>
  healthVerdict(object, { live, elapsedMs: seconds * 1000 }, 60_000);

it('waits as long as the grace, and tells then', () => {
  expect(verdict(certificate('False'), 59)).toEqual({ state: 'waiting', says: 'It is not ready (Pending).' });
  expect(verdict(certificate('False'), 60)).toEqual({ state: 'told', says: 'It is not ready (Pending).' });
  expect(verdict(certificate('True'), 0)).toEqual({ state: 'healthy' });
  expect(verdict(undefined, 60)).toEqual({ state: 'told', says: 'It is not there any more.' });
});

it('fails at once with what its controller gave up, and after the grace with what is required', () => {
  expect(verdict(stalled, 0)).toEqual({
    state: 'failed',
    reason: 'Certificate orders is not healthy: Its controller has given up.',
  });
  const required = certificate('False', { 'poc.dev/health': 'required' });
  expect(verdict(required, 59)).toMatchObject({ state: 'waiting' });
  expect(verdict(required, 60)).toMatchObject({ state: 'failed' });
});

it('waits where it cannot be told whether its controller gave up before or after the change', () => {
  const changed: KubernetesObject = { ...stalled, metadata: { ...stalled.metadata, generation: 2 } };
  expect(verdict(changed, 59)).toEqual({ state: 'waiting', says: 'Its controller has given up.' });
  expect(verdict(changed, 60)).toMatchObject({ state: 'failed' });
  expect(verdict({ ...changed, status: { ...(changed['status'] as object), observedGeneration: 2 } }, 0)).toMatchObject(
    {
      state: 'failed',
    },
  );
});

it('takes the grace of the object before that of the environment', () => {
  expect(healthGraceOf(certificate('False'), 5000)).toBe(5000);
  expect(healthGraceOf(certificate('False', { 'poc.dev/rollout-grace': '10m' }), 5000)).toBe(600_000);
});

it('never goes back from an end to waiting while time passes', () => {
  const ready = fc.constantFrom(undefined, 'True', 'False', 'Unknown');
  const time = fc.nat({ max: 120 });
  fc.assert(
    fc.property(ready, time, time, fc.boolean(), (status, a, b, isRequired) => {
      const live = certificate(status, isRequired ? { 'poc.dev/health': 'required' } : {});
      const [early, late] = [verdict(live, Math.min(a, b)), verdict(live, Math.max(a, b))];
      if (early.state !== 'waiting') expect(late).toEqual(early);
      if (!isRequired) expect(late.state).not.toBe('failed');
    }),
  );
});

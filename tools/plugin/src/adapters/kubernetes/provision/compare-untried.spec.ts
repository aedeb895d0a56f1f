import { FakeApiServer } from '../../../../../simulators/src/kubernetes/fake-api-server.ts';
import type { AccessRule } from '../client/access-rules.ts';
import { ApiError } from '../client/api-error.ts';
import { compareUntried } from './compare-untried.ts';

const path = '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/default';
const sent = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'default', namespace: 'shop' },
  spec: { podSelector: {}, egress: [{ ports: [{ port: 53 }] }] },
};
const cause = new ApiError(
  403,
  JSON.stringify({ message: 'x is forbidden: User "a" cannot patch resource "networkpolicies" in API group "x"' }),
);
const rule = (...verbs: string[]): AccessRule => ({
  verbs,
  apiGroups: ['networking.k8s.io'],
  resources: ['networkpolicies'],
});

let server: FakeApiServer;
afterEach(() => server.close());

async function compare(rules: readonly AccessRule[], live?: object, why: unknown = cause) {
  server = await FakeApiServer.start(rules);
  if (live) server.put(path, { ...sent, ...live });
  return compareUntried(server.api, path, { sent, cause: why });
}

it('tells nothing of what the server has filled in', async () => {
  const live = {
    spec: { ...sent.spec, policyTypes: ['Egress'], egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }] },
  };
  expect(await compare([rule('get')], live)).toMatchObject({ action: 'unchanged', isCompared: true });
});

it('tells each field that would change', async () => {
  const live = { spec: { ...sent.spec, egress: [{ ports: [{ port: 54, protocol: 'TCP' }] }] } };
  expect(await compare([rule('get')], live)).toMatchObject({
    action: 'configured',
    fields: [{ from: '54', to: '53' }],
    isCompared: true,
  });
});

it('tells that it would be made', async () => {
  expect(await compare([rule('get')])).toEqual({ action: 'created', isCompared: true });
});

it('asks whether it is there by a dry run, when it may not read it', async () => {
  expect(await compare([rule('create')])).toEqual({ action: 'created', isCompared: true });
  await server.close();
  expect(await compare([rule('create')], {})).toEqual({ action: 'unchanged', fingerprint: 'unread', isCompared: true });
  expect(server.written).toEqual([]);
});

it('refuses as before when it may do neither, and for what is no matter of rights', async () => {
  await expect(compare([])).rejects.toBe(cause);
  await server.close();
  const quota = new ApiError(403, JSON.stringify({ message: 'exceeded quota' }));
  await expect(compare([rule('get')], {}, quota)).rejects.toBe(quota);
});

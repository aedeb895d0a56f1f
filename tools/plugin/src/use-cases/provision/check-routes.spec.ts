import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { InMemoryConfiguration } from '../../../../twins/src/in-memory-configuration.ts';
import { checkRoutes } from './check-routes.ts';

function route(name: string, path: string, hostnames?: readonly string[]): KubernetesObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name },
    spec: {
      parentRefs: [{ name: 'public', namespace: 'gateway' }],
      ...(hostnames ? { hostnames } : {}),
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: path } }] }],
    },
  };
}

async function check(objects: readonly KubernetesObject[], ...there: KubernetesObject[]): Promise<string[]> {
  const configuration = new InMemoryConfiguration('shop');
  configuration.routes.push(...there);
  const lines: string[] = [];
  const reporter = { step: () => {}, detail: () => {}, warn: (line: string) => void lines.push(line) };
  await checkRoutes(objects, { name: 'prod', namespace: 'shop' }, configuration, reporter);
  return lines;
}

const fallback = (...hosts: string[]) => route('fallback', '/', hosts);

it('has nothing against a fallback that names the hosts of the services, nor against itself', async () => {
  const orders = route('orders', '/orders', ['shop.example']);
  expect(await check([fallback('shop.example')], orders, fallback('shop.example'))).toEqual([]);
  expect(await check([route('more', '/more')], orders)).toEqual([]);
});

it('tells of hosts that only services name: it is not asked there', async () => {
  const there = [route('orders', '/orders', ['shop.example', 'api.example']), route('web', '/web')];
  expect(await check([fallback('shop.example')], ...there)).toEqual([
    expect.stringContaining('prod: HTTPRoute orders names the host api.example, and HTTPRoute fallback does not'),
  ]);
});

it('refuses a path that a service has', async () => {
  await expect(check([fallback('shop.example')], route('web', '/', ['shop.example']))).rejects.toMatchObject({
    exitCode: 2,
    facts: { type: 'route-taken', reason: expect.stringContaining('is that of HTTPRoute web') },
  });
});

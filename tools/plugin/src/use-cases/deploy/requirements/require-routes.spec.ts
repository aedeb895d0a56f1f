import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { releaseIt } from '../../../../../twins/src/release-it.ts';
import { ReleaseScenario } from '../../../../../twins/src/release-scenario.ts';

const apiVersion = 'gateway.networking.k8s.io/v1';
const public_ = { name: 'public', namespace: 'gateway' };
const contour = 'projectcontour.io/gateway-controller';

interface RouteWishes {
  readonly namespace?: string;
  readonly hosts?: readonly string[];
  readonly owner?: string;
  readonly section?: string;
  readonly controller?: string;
}

const path = (value: string, type = 'PathPrefix') => ({ matches: [{ path: { type, value } }] });
const backends = (...weights: number[]) => ({ backendRefs: weights.map((weight) => ({ name: 'orders', weight })) });

function route(name: string, rules: readonly object[], wishes: RouteWishes = {}): KubernetesObject {
  const { namespace, hosts, owner, section, controller } = wishes;
  const parentRef = { ...public_, ...(section ? { sectionName: section } : {}) };
  return {
    apiVersion,
    kind: 'HTTPRoute',
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      ...(owner ? { labels: { 'poc.dev/service': owner } } : {}),
    },
    spec: {
      parentRefs: [parentRef],
      ...(hosts ? { hostnames: hosts } : {}),
      rules: rules.map((rule) => ({ backendRefs: [{ name: 'orders', port: 80 }], ...rule })),
    },
    ...(controller ? { status: { parents: [{ parentRef, controllerName: controller }] } } : {}),
  };
}

/** A scenario whose service has a route. */
function scenarioWith(own: KubernetesObject | undefined): ReleaseScenario {
  const scenario = new ReleaseScenario();
  if (own) write(scenario, own);
  return scenario;
}

function write(scenario: ReleaseScenario, own: KubernetesObject): void {
  scenario.repository.write('apps/orders/k8s/route.yaml', JSON.stringify(own, undefined, 1));
  scenario.repository.commit();
}

const clusterOf = (scenario: ReleaseScenario) => scenario.clusters.get('preprod')!;
const deployed = { deploys: [{ result: { state: 'deployed' } }] };

describe('what a gateway would not do', () => {
  const known = route('shop', [path('/shop')], { controller: contour });

  it.each<[string, object, RegExp]>([
    [
      'all weights 0',
      { ...path('/orders'), ...backends(0, 0) },
      /route\.yaml:\d+: HTTPRoute orders, spec\.rules\[0\]\.backendRefs: their weights are all 0/,
    ],
    [
      'retries',
      { ...path('/orders'), retry: { attempts: 3 } },
      /route\.yaml:\d+: .*spec\.rules\[0\]\.retry: Contour ignores it/,
    ],
    ['sessions', { ...path('/orders'), sessionPersistence: {} }, /sessionPersistence: Contour ignores it/],
    [
      'an unknown filter',
      { ...path('/orders'), filters: [{ type: 'CORS' }] },
      /filters\[0\]: Contour does not accept a route with a filter CORS/,
    ],
    [
      "a backend's filter",
      { ...path('/orders'), backendRefs: [{ name: 'orders', filters: [{ type: 'URLRewrite' }] }] },
      /backendRefs\[0\]\.filters\[0\]: Contour does not accept/,
    ],
    [
      'a part that is mirrored',
      { ...path('/orders'), filters: [{ type: 'RequestMirror', requestMirror: { percent: 10 } }] },
      /requestMirror\.percent: Contour ignores it, and mirrors every request/,
    ],
  ])('is refused before a number is taken: %s', async (_, rule, reason) => {
    const scenario = scenarioWith(route('orders', [rule]));
    clusterOf(scenario).put(known);
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'unsupported-route', reason: expect.stringMatching(reason) },
    });
    expect(await scenario.repository.buildNumbers('orders')).toEqual([]);
  });

  it('is all told at once', async () => {
    const scenario = scenarioWith(route('orders', [{ ...path('/orders'), retry: {}, sessionPersistence: {} }]));
    clusterOf(scenario).put(known);
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      facts: { reason: expect.stringContaining('for 2 reasons'), evidence: [expect.any(String), expect.any(String)] },
    });
  });

  it('is the business of other controllers, and a warning where it is not known which', async () => {
    const rule = { ...path('/orders'), retry: { attempts: 3 } };
    const other = scenarioWith(route('orders', [rule]));
    clusterOf(other).put(
      route('shop', [path('/shop')], { controller: 'gateway.envoyproxy.io/gatewayclass-controller' }),
    );
    expect(await releaseIt(other)).toMatchObject(deployed);
    expect(other.lines.join('\n')).not.toContain('retry');
    const unknown = scenarioWith(route('orders', [rule]));
    expect(await releaseIt(unknown)).toMatchObject(deployed);
    expect(unknown.lines.join('\n')).toMatch(
      /preprod: .*retry: Contour ignores it\. Which controller .* could not be read/,
    );
  });

  it('is known by the Gateway’s class where that can be read', async () => {
    const scenario = scenarioWith(route('orders', [{ ...path('/orders'), retry: {} }]));
    clusterOf(scenario).outside.push(
      { apiVersion, kind: 'Gateway', metadata: public_, spec: { gatewayClassName: 'contour' } },
      { apiVersion, kind: 'GatewayClass', metadata: { name: 'contour' }, spec: { controllerName: contour } },
    );
    await expect(releaseIt(scenario)).rejects.toMatchObject({ facts: { type: 'unsupported-route' } });
  });

  it('is not looked for in a route that stays as it is', async () => {
    const scenario = scenarioWith(route('orders', [{ ...path('/orders'), retry: {} }]));
    await releaseIt(scenario);
    clusterOf(scenario).put(known);
    scenario.change('2');
    expect(await releaseIt(scenario)).toMatchObject(deployed);
  });
});

describe('a path that another has', () => {
  it.each<[string, object, object]>([
    ['a prefix, with a slash more', path('/orders'), path('/orders/')],
    ['an exact path', path('/orders', 'Exact'), path('/orders', 'Exact')],
    ['a regular expression', path('/o.*', 'RegularExpression'), path('/o.*', 'RegularExpression')],
    ['every path', path('/'), {}],
    [
      'the same conditions, written otherwise',
      {
        matches: [
          {
            headers: [
              { name: 'A', value: '1' },
              { name: 'b', value: '2' },
            ],
          },
        ],
      },
      {
        matches: [
          {
            headers: [
              { name: 'B', value: '2' },
              { type: 'Exact', name: 'a', value: '1' },
            ],
          },
        ],
      },
    ],
  ])('is refused: %s', async (_, own, others) => {
    const scenario = scenarioWith(route('orders', [own], { hosts: ['shop.example'] }));
    clusterOf(scenario).put(route('shop', [path('/else'), others], { hosts: ['SHOP.example'], owner: 'shop' }));
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      exitCode: 2,
      facts: {
        type: 'route-taken',
        reason: expect.stringMatching(
          /HTTPRoute orders, spec\.rules\[0\]: .* at shop\.example is that of HTTPRoute shop of shop\./,
        ),
        remedy: 'Choose another path or host, or release shop without it first.',
      },
    });
  });

  it.each<[string, object, RouteWishes]>([
    ['another kind of match', path('/orders', 'Exact'), {}],
    ['a longer prefix', path('/orders/v2'), {}],
    ['another host', path('/orders'), { hosts: ['else.example'] }],
    ['a method', { matches: [{ path: { value: '/orders' }, method: 'GET' }] }, {}],
  ])('is not: %s', async (_, rule, wishes) => {
    const scenario = scenarioWith(route('orders', [path('/orders')], { hosts: ['shop.example'] }));
    clusterOf(scenario).put(route('shop', [rule], { hosts: ['shop.example'], ...wishes }));
    expect(await releaseIt(scenario)).toMatchObject(deployed);
  });

  it('stays that of the older route', async () => {
    const scenario = scenarioWith(route('orders', [path('/orders')]));
    await releaseIt(scenario);
    const cluster = clusterOf(scenario);
    const date = (name: string, when: string) =>
      cluster.edit('HTTPRoute', name, 'x', ['metadata', 'creationTimestamp'], when);
    date('orders', '2026-11-01T00:00:00Z');
    cluster.put(route('late', [path('/orders')]));
    date('late', '2026-11-02T00:00:00Z');
    write(scenario, route('orders', [path('/orders'), path('/more')]));
    expect(await releaseIt(scenario)).toMatchObject(deployed);
    // What it asks for in addition is as new as the request.
    cluster.put(route('late', [path('/late')]));
    write(scenario, route('orders', [path('/orders'), path('/late')]));
    await expect(releaseIt(scenario)).rejects.toMatchObject({ facts: { type: 'route-taken' } });
  });

  it('cannot be taken by renaming a route, nor by two routes of one release', async () => {
    const scenario = scenarioWith(route('orders', [path('/orders')]));
    await releaseIt(scenario);
    write(scenario, route('orders-web', [path('/orders')]));
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      facts: { type: 'route-taken', remedy: expect.stringContaining('Keep the name orders for it') },
    });
    const list = [route('a', [path('/orders')]), route('b', [path('/orders')])];
    const twice = scenarioWith({ apiVersion: 'v1', kind: 'List', metadata: { name: 'x' }, items: list });
    await expect(releaseIt(twice)).rejects.toMatchObject({ facts: { type: 'route-taken' } });
  });

  describe('in another namespace', () => {
    const listener = (name: string, from: object) => ({ name, allowedRoutes: { namespaces: from } });
    const only = (namespace: string) => ({
      from: 'Selector',
      selector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    });
    const gateway = (...listeners: object[]) => ({
      apiVersion,
      kind: 'Gateway',
      metadata: public_,
      spec: { listeners },
    });
    const start = (other: KubernetesObject, ...readable: KubernetesObject[]) => {
      const scenario = scenarioWith(route('orders', [path('/orders')]));
      clusterOf(scenario).outside.push(other, ...readable);
      return scenario;
    };
    const other = route('orders', [path('/orders')], { namespace: 'theirs' });

    it('is refused where one listener takes both', async () => {
      const scenario = start(other, gateway(listener('http', { from: 'All' })));
      await expect(releaseIt(scenario)).rejects.toMatchObject({
        facts: { reason: expect.stringContaining('is that of HTTPRoute orders in the namespace theirs') },
      });
    });

    it('is none where each has a listener of its own', async () => {
      const { namespace } = clusterOf(new ReleaseScenario());
      const scenario = start(other, gateway(listener('ours', only(namespace)), listener('theirs', only('theirs'))));
      expect(await releaseIt(scenario)).toMatchObject(deployed);
      expect(scenario.lines.join('\n')).not.toContain('theirs');
    });

    it('is a warning where the Gateway cannot be read', async () => {
      const scenario = start(other);
      expect(await releaseIt(scenario)).toMatchObject(deployed);
      expect(scenario.lines.join('\n')).toMatch(
        /PathPrefix \/orders at every host is also in .* of the namespace theirs/,
      );
    });
  });
});

describe('a host that the fallback does not name', () => {
  const fallback = (hosts?: readonly string[]) => route('fallback', [path('/')], hosts ? { hosts } : {});
  const own = route('orders', [path('/orders')], { hosts: ['shop.example'] });

  it.each([[undefined], [['*.example']]])('is refused while all else there is answered by %j', async (hosts) => {
    const scenario = scenarioWith(own);
    clusterOf(scenario).put(fallback(hosts));
    await expect(releaseIt(scenario)).rejects.toMatchObject({
      exitCode: 2,
      facts: {
        type: 'fallback-hidden',
        reason: expect.stringContaining('is the first route for the host shop.example'),
        remedy: expect.stringContaining('Add shop.example to the hostnames of HTTPRoute fallback'),
      },
    });
  });

  it.each<[string, readonly KubernetesObject[]]>([
    ['it names it', [fallback(['shop.example'])]],
    ['another route took it away before', [fallback(), route('shop', [path('/shop')], { hosts: ['shop.example'] })]],
    ['it is for other hosts', [fallback(['else.example'])]],
    ['there is none', [route('shop', [path('/shop')])]],
  ])('is none where %s', async (_, there) => {
    const scenario = scenarioWith(own);
    for (const object of there) clusterOf(scenario).put(object);
    expect(await releaseIt(scenario)).toMatchObject(deployed);
  });
});

import fc from 'fast-check';
import { parseManifests } from './source/parse-manifests.ts';
import { isPlaceholder, markServiceContainers } from './service-container.ts';
import { serviceContainerOf } from './rules/pod-templates.ts';

interface Written {
  readonly name: string;
  readonly image: string;
}

const deployment = (name: string, containers: readonly Written[], initContainers: readonly Written[] = []) =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { template: { spec: { containers, initContainers } } },
  });

function marked(texts: readonly string[], container?: string) {
  const files = new Map(texts.map((text, index) => [`apps/shop/k8s/${index}.yaml`, text]));
  const wish = { service: 'shop', container, folder: 'apps/shop/k8s' };
  return markServiceContainers(parseManifests(files, 'dev'), wish).map(
    ({ object }) => serviceContainerOf(object, 'shop')?.['name'],
  );
}

it('takes the container named like the service, whatever others are called', () => {
  const others = [{ name: 'server', image: 'acr.example/shop' }];
  expect(marked([deployment('a', [...others, { name: 'shop', image: 'x' }]), deployment('b', others)])).toEqual([
    'shop',
    undefined,
  ]);
});

it("takes those whose image is the service's name, and none of another image", () => {
  const proxy = { name: 'proxy', image: 'envoy:1' };
  for (const image of ['shop', 'shop:latest', 'gcr.io/team/shop:v1', `localhost:5000/shop@sha256:${'0'.repeat(64)}`]) {
    const [server, redis] = [[proxy, { name: 'server', image }], [{ name: 'redis', image: 'redis:alpine' }]];
    expect(marked([deployment('shop', server), deployment('redis', redis)])).toEqual(['server', undefined]);
  }
});

it('takes the only one, without what runs before it', () => {
  expect(marked([deployment('shop', [{ name: 'server', image: 'x' }], [{ name: 'wait', image: 'y' }])])).toEqual([
    'server',
  ]);
});

it('takes the one that the options name before all others', () => {
  const both = [
    { name: 'shop', image: 'shop' },
    { name: 'server', image: 'x' },
  ];
  expect(marked([deployment('shop', both)], 'server')).toEqual(['server']);
});

it('refuses with a list when none or several could be meant', () => {
  const several = deployment('shop', [
    { name: 'a', image: 'x' },
    { name: 'b', image: 'y' },
  ]);
  const type = 'no-service-container';
  const evidence = [
    'apps/shop/k8s/0.yaml:1: Deployment shop has the container a (x)',
    'apps/shop/k8s/0.yaml:1: Deployment shop has the container b (y)',
  ];
  expect(() => marked([several])).toThrow(
    expect.objectContaining({ facts: expect.objectContaining({ type, evidence }) }),
  );
  expect(() => marked([several], 'c')).toThrow('"c"');
  const twins = [
    { name: 'a', image: 'shop:1' },
    { name: 'b', image: 'shop:2' },
  ];
  expect(() => marked([deployment('shop', twins)])).toThrow('2 containers of one pod');
});

it('tells a placeholder by the last part of its repository alone', () => {
  const part = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
  const [host, tag] = [fc.array(part, { maxLength: 3 }), fc.option(part, { nil: undefined })];
  fc.assert(
    fc.property(host, part, tag, (folders, name, version) => {
      const image = `${[...folders, name].join('/')}${version === undefined ? '' : `:${version}`}`;
      expect(isPlaceholder(image, name)).toBe(true);
      expect(isPlaceholder(image, `${name}x`)).toBe(false);
      expect(isPlaceholder(image, `x${name}`)).toBe(false);
    }),
  );
});

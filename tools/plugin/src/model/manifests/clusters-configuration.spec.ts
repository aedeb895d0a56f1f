import { readdirSync, readFileSync } from 'node:fs';
import { BlockList } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import { reachOfAddress } from '../image/address-reach.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { fieldAt, listAt } from './source/object-fields.ts';
import { overlay } from './source/overlay.ts';
import { onlyWithVariables } from './source/only-with.ts';
import { substitute } from './source/substitute.ts';
import { ManifestSource } from './source/manifest-source.ts';
import type { Manifest } from './source/manifest.ts';

const root = join(__dirname, '../../../../..');
const infrastructure = join(root, 'Infrastructure');
const services = readdirSync(join(root, 'apps'));
const read = (path: string) => readFileSync(join(infrastructure, path), 'utf8');

interface EnvironmentFile {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: { readonly context: string };
  readonly variables: Readonly<Record<string, string | number>>;
}

const environments = readdirSync(join(infrastructure, 'environments')).map(
  (file) => parse(read(`environments/${file}`)) as EnvironmentFile,
);
const isOverlay = (file: string) => environments.some(({ name }) => file === `${name}.yaml`);
const manifestsIn = (file: string): Manifest[] =>
  parseAllDocuments(read(`kubernetes/${file}`)).map((document) => ({
    object: document.toJS() as KubernetesObject,
    source: new ManifestSource(file),
  }));
const base = readdirSync(join(infrastructure, 'kubernetes'))
  .filter((file) => !isOverlay(file))
  .flatMap(manifestsIn);

/** The allow-list of an environment's door. */
const allowed = (manifests: readonly Manifest[]) =>
  manifests
    .filter(({ object }) => fieldAt(object, 'spec', 'type') === 'LoadBalancer')
    .map(({ object }) => fieldAt(object, 'spec', 'loadBalancerSourceRanges'));

/** Policies that say who calls a service. */
const callers = manifestsIn('callers.yaml').map(({ object }) => object);

/** Name of the pods that a selector stands for. */
const nameIn = (selector: unknown) => String(fieldAt(selector, 'matchLabels', 'app.kubernetes.io/name'));
const calledIn = (policy: KubernetesObject) => nameIn(fieldAt(policy, 'spec', 'podSelector'));
const callersOf = (policy: KubernetesObject) =>
  listAt(policy, 'spec', 'ingress')
    .flatMap((rule) => listAt(rule, 'from'))
    .map((peer) => nameIn(fieldAt(peer, 'podSelector')));

/** All texts of a folder, joined. */
function textsBelow(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).join('\n');
}

function valuesOf({
  name,
  namespace,
  variables,
}: Pick<EnvironmentFile, 'name' | 'namespace' | 'variables'>): Record<string, string> {
  const texts = Object.entries(variables).map(([key, value]): [string, string] => [key, String(value)]);
  return { ENVIRONMENT: name, NAMESPACE: namespace, REGISTRY: 'registry.example', ...Object.fromEntries(texts) };
}

/** Reports whether a network has an address. */
function contains(network: string, address: string): boolean {
  const list = new BlockList();
  const [start = '', bits = ''] = network.split('/');
  list.addSubnet(start, Number(bits));
  return list.check(address);
}

function filledIn(name: string, values: Record<string, string>): Manifest[] {
  return substitute(onlyWithVariables(overlay(base, manifestsIn(`${name}.yaml`)), values, name), values, name);
}

describe("the clusters' configuration", () => {
  it.each(environments)('can be filled in for $name', ({ name, namespace, variables }) => {
    const objects = filledIn(name, valuesOf({ name, namespace, variables }));
    expect(JSON.stringify(objects)).not.toContain('${');
    expect(allowed(objects)).toEqual([[expect.stringMatching(/^[\d.]+\/\d+$/)]]);
  });

  it('has a fallback where the environment says where to, at the host of its services', () => {
    const prod = environments.find(({ name }) => name === 'prod')!;
    const usual = valuesOf(prod);
    const named = (manifests: readonly Manifest[]) =>
      manifests.map(({ object }) => object).filter(({ metadata }) => metadata.name === 'fallback');
    expect(named(filledIn('prod', usual))).toEqual([]);
    const fallback = named(filledIn('prod', { ...usual, FALLBACK_ADDRESS: '198.51.100.9', FALLBACK_PORT: '8080' }));
    expect(fallback.map(({ kind }) => kind)).toEqual(['Service', 'EndpointSlice', 'HTTPRoute']);
    expect(fallback[1]).toMatchObject({ endpoints: [{ addresses: ['198.51.100.9'] }], ports: [{ port: 8080 }] });
    expect(fieldAt(fallback[2], 'spec', 'hostnames')).toEqual([prod.variables['ROUTE_HOSTNAME']]);
    // A slip in its name must not leave it out.
    expect(() => filledIn('prod', { ...usual, FALBACK_ADDRESS: '198.51.100.9' })).toThrow(
      /HTTPRoute fallback is there only with|3 objects name variables/,
    );
  });

  it('lets nobody in where no environment says whom', () => {
    expect(allowed(base)).toEqual([['127.0.0.1/32']]);
  });

  it.each(environments)('lets pods of $name call public addresses, and of others none', (environment) => {
    const objects = filledIn(environment.name, valuesOf(environment)).map(({ object }) => object);
    const blocks = objects
      .filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name !== 'to-dns')
      .flatMap((policy) => listAt(policy, 'spec', 'egress').flatMap((rule) => listAt(rule, 'to')))
      .flatMap((peer) =>
        peer['ipBlock'] === undefined ? [] : [peer['ipBlock'] as { cidr: string; except: string[] }],
      );
    const isPermitted = (address: string) =>
      blocks.some(({ cidr, except }) => contains(cidr, address) && !except.some((each) => contains(each, address)));
    const address = fc
      .tuple(
        fc.ipV4(),
        fc.constantFrom(['172', '20'], ['192', '168'], ['169', '254'], ['100', '64'], ['10'], ['198', '19'], []),
      )
      .map(([random, start]) => [...start, ...random.split('.').slice(start.length)].join('.'));
    const documentation = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '192.88.99.0/24'];
    fc.assert(
      fc.property(fc.oneof(address, fc.constantFrom('168.63.129.16', '100.100.100.200', '192.0.0.192')), (each) => {
        const isPublic = reachOfAddress(each) === 'public' && !documentation.some((network) => contains(network, each));
        expect(isPermitted(each)).toBe(isPublic);
      }),
      { numRuns: 500 },
    );
    expect(documentation.map((network) => isPermitted(network.replace('0/24', '1')))).not.toContain(true);
    const { POD_RANGE, NODE_RANGE, API_RANGE } = environment.variables;
    expect(blocks[0]!.except).toEqual(expect.arrayContaining([POD_RANGE, NODE_RANGE, API_RANGE]));
  });

  it('names as callers what there is', () => {
    for (const policy of callers) {
      const named = [calledIn(policy), ...callersOf(policy)].map((name) => name.replace(/\..*/, ''));
      expect(named.filter((name) => !services.includes(name))).toEqual([]);
    }
  });

  it('lets each service call those whose addresses are in its manifests', () => {
    const edges = services.flatMap((service) => {
      const text = textsBelow(join(root, 'apps', service, 'k8s'));
      const called = services.filter((other) => new RegExp(`(//|@)${other}\\b(?!-)`).test(text));
      return called.map((other) => `${service} calls ${other}`);
    });
    expect(edges).toContain('orders calls payments');
    const named = callers.flatMap((policy) => callersOf(policy).map((caller) => `${caller} calls ${calledIn(policy)}`));
    expect(edges.filter((edge) => !named.includes(edge))).toEqual([]);
  });

  it('gives each environment of a cluster a port and an address of its own', () => {
    for (const variable of ['GATEWAY_PORT', 'ENVOY_PORT', 'GATEWAY_ADDRESS']) {
      const places = environments.map(({ cluster, variables }) => `${cluster.context} ${variables[variable]}`);
      expect(new Set(places).size).toBe(environments.length);
    }
  });

  it('leads to the port on which Contour has Envoy listen', () => {
    for (const { variables } of environments)
      expect(variables['ENVOY_PORT']).toBe(Number(variables['GATEWAY_PORT']) + 8000);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { KubernetesObject } from './kubernetes-object.ts';
import { fieldAt } from './source/object-fields.ts';
import { overlay } from './source/overlay.ts';
import { onlyWithVariables } from './source/only-with.ts';
import { substitute } from './source/substitute.ts';
import { ManifestSource } from './source/manifest-source.ts';
import type { Manifest } from './source/manifest.ts';

const infrastructure = join(__dirname, '../../../../../Infrastructure');
const read = (path: string) => readFileSync(join(infrastructure, path), 'utf8');

interface EnvironmentFile {
  readonly name: string;
  readonly namespace: string;
  readonly registry: string;
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

function filledIn(name: string, values: Record<string, string>): Manifest[] {
  return substitute(onlyWithVariables(overlay(base, manifestsIn(`${name}.yaml`)), values, name), values, name);
}

describe("the clusters' configuration", () => {
  it.each(environments)('can be filled in for $name', ({ name, namespace, registry, variables }) => {
    const texts = Object.entries(variables).map(([key, value]) => [key, String(value)]);
    const values = {
      ENVIRONMENT: name,
      NAMESPACE: namespace,
      REGISTRY: registry,
      ...(Object.fromEntries(texts) as Record<string, string>),
    };
    const objects = filledIn(name, values);
    expect(JSON.stringify(objects)).not.toContain('${');
    expect(allowed(objects)).toEqual([[expect.stringMatching(/^[\d.]+\/\d+$/)]]);
  });

  it('has a fallback where the environment says where to, at the host of its services', () => {
    const prod = environments.find(({ name }) => name === 'prod')!;
    const texts = Object.entries(prod.variables).map(([key, value]) => [key, String(value)]);
    const usual = {
      ENVIRONMENT: 'prod',
      NAMESPACE: 'prod',
      REGISTRY: prod.registry,
      ...(Object.fromEntries(texts) as Record<string, string>),
    };
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

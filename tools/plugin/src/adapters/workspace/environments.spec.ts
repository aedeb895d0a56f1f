import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { environmentsFolder } from '../../model/environment/environment.ts';
import { ProductError, Refusal } from '../../model/errors/product-error.ts';
import { environmentNamed, readEnvironments } from './environments.ts';

const temp = mkdtempSync(join(tmpdir(), 'environments-'));
afterAll(() => rmSync(temp, { recursive: true }));
let count = 0;

function read(files: Record<string, string>) {
  const root = join(temp, String(++count));
  mkdirSync(join(root, environmentsFolder), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, environmentsFolder, name), text);
  return readEnvironments(root);
}

/** Returns the text of a refusal as a person would read it. */
async function refusalOf(files: Record<string, string>): Promise<string> {
  const error: unknown = await read(files).catch((thrown: unknown) => thrown);
  if (!(error instanceof Refusal)) throw new Error(`not refused: ${String(error)}`);
  return error.explain();
}

const preprod = `name: preprod
order: 2
cluster:
  context: local
namespace: shop-preprod
registry: 127.0.0.1:5000/shop
deploy: automatic
`;

const subscription = '6f1b2c3d-0000-4000-8000-0123456789ab';
const facade = (more: string, name = 'shop-apis') =>
  `facade:\n  kind: api-management\n  subscription: ${subscription}\n  resourceGroup: shop\n  ${more.replaceAll(', ', '\n  ')}\n  name: ${name}\n`;

describe('readEnvironments', () => {
  it('reads them in order, with defaults', async () => {
    const dev = preprod.replaceAll('preprod', 'dev').replace('order: 2', 'order: 1');
    const all = `${dev.replace('context: local', 'context: local\n  aks: { resourceGroup: shop, name: shop-dev }')}url: https://dev.example\nallowDirty: true\nprobe: { path: '/{service}/version', rate: 5 }\nsoak: 30m\nvariables:\n  A: text\n`;
    expect(await read({ 'preprod.yaml': preprod, 'dev.yml': all, 'notes.txt': '?' })).toEqual([
      {
        name: 'dev',
        order: 1,
        cluster: { context: 'local', aks: { resourceGroup: 'shop', name: 'shop-dev' } },
        namespace: 'shop-dev',
        registry: '127.0.0.1:5000/shop',
        deploy: 'automatic',
        url: 'https://dev.example',
        allowDirty: true,
        protected: false,
        probe: { path: '/{service}/version', rate: 5 },
        soak: '30m',
        variables: { A: 'text' },
      },
      expect.objectContaining({ name: 'preprod', allowDirty: false, protected: false, variables: {} }),
    ]);
  });

  it('keeps variables as they were written', async () => {
    const [environment] = await read({
      'preprod.yaml': `${preprod}variables: {A: 010, B: 1.10, C: yes, D: true, E: "quoted", F: 1e3, G: '', H: 0x1F}\n`,
    });
    expect(environment!.variables).toEqual({
      A: '010',
      B: '1.10',
      C: 'yes',
      D: 'true',
      E: 'quoted',
      F: '1e3',
      G: '',
      H: '0x1F',
    });
  });

  it.each([
    [
      'a misspelt key of a map',
      `${preprod}probe: { pth: /x }\n`,
      ['there is no key "pth" in probe. Did you mean "path"?'],
    ],
    ['a probe that is no probe', `${preprod}probe: often\n`, ['probe must be a map, true or false.']],
    ['a path that is none', `${preprod}probe: { path: x }\n`, ['probe.path must look like "/{service}/version".']],
    [
      'a platform that there is not',
      `${preprod}platforms:\n  - linux/arm64\n  - linux/amd46\n`,
      ['preprod.yaml:10: platforms.1: there is no platform "linux/amd46". Did you mean "linux/amd64"?'],
    ],
    [
      'a processor alone',
      `${preprod}platforms: [arm64]\n`,
      ['platforms.0 must look like "linux/arm64" or "linux/arm/v7".'],
    ],
    ['one platform that is no list', `${preprod}platforms: linux/arm64\n`, ['platforms must be a list.']],
    ['no platforms', `${preprod}platforms: []\n`, ['platforms must NOT have fewer than 1 items']],
    ['a time that is none', `${preprod}soak: soon\n`, ['soak must look like "30m", "2h" or "1d".']],
    [
      'a misspelt key',
      preprod.replace('namespace', 'namspace'),
      ['preprod.yaml:5: there is no key "namspace". Did you mean "namespace"?', 'the key "namespace" is missing'],
    ],
    [
      'a misspelt key of the cluster',
      preprod.replace('context', 'contxt'),
      ['preprod.yaml:4: there is no key "contxt" in cluster. Did you mean "context"?'],
    ],
    [
      'a misspelt key of an AKS cluster',
      preprod.replace('context: local', 'context: local\n  aks: { name: x, resourcegroup: y }'),
      ['preprod.yaml:5: there is no key "resourcegroup" in cluster.aks. Did you mean "resourceGroup"?'],
    ],
    [
      'a name that AKS has not',
      preprod.replace('context: local', 'context: local\n  aks: { name: "$(x)", resourceGroup: y }'),
      ['preprod.yaml:5: cluster.aks.name must look like "shop-prod"'],
    ],
    [
      'an unheard-of key',
      `${preprod}colour: red\n`,
      ['preprod.yaml:8: there is no key "colour". The keys are name, order'],
    ],
    ['a number as text', preprod.replace('order: 2', 'order: two'), ['preprod.yaml:2: order must be a whole number.']],
    ['half a number', preprod.replace('order: 2', 'order: 2.5'), ['preprod.yaml:2: order must be a whole number.']],
    [
      'another way to deploy',
      preprod.replace('automatic', 'sometimes'),
      ['preprod.yaml:7: deploy must be one of automatic, manual.'],
    ],
    [
      'a registry with a scheme',
      preprod.replace('127.0.0.1:5000', 'https://acr.example'),
      ['preprod.yaml:6: registry must look like "acr.example/team"'],
    ],
    [
      'a namespace that is none',
      preprod.replace('shop-preprod', 'Shop_Preprod'),
      ['preprod.yaml:5: namespace must look like'],
    ],
    [
      'a cluster that is a text',
      preprod.replace(/cluster:\n.*\n/, 'cluster: local\n'),
      ['preprod.yaml:3: cluster must be a map of keys and values.'],
    ],
    [
      'a missing context',
      preprod.replace('context: local', '{}'),
      ['preprod.yaml:4: cluster: the key "context" is missing.'],
    ],
    [
      'a variable in small letters',
      `${preprod}variables:\n  logLevel: debug\n`,
      ['preprod.yaml:9: the variable "logLevel" must be named in capitals'],
    ],
    [
      'a variable that is a list',
      `${preprod}variables:\n  A: [1]\n`,
      ['preprod.yaml:9: variables.A must be a text, a number, true or false.'],
    ],
    ['a variable without value', `${preprod}variables:\n  A:\n`, ['preprod.yaml:9: variables.A must be a text']],
    [
      'a facade without keys',
      `${preprod}facade: { kind: api-management }\n`,
      ['preprod.yaml:8: facade: the key "subscription" is missing.', 'facade: the key "name" is missing.'],
    ],
    ['a facade of another kind', `${preprod}facade: { kind: kong }\n`, ['facade.kind must be one of api-management.']],
    [
      'a facade that finds no backend',
      `${preprod}${facade('')}`,
      ['preprod.yaml:8: without the key "url", facade needs the key "backend".'],
    ],
    ['a freeze that is no list', `${preprod}freeze: { zone: UTC }\n`, ['preprod.yaml:8: freeze must be a list.']],
    [
      'wrong keys of freezes',
      `${preprod}freeze:\n  - { days: [friday], from: 3pm, zone: 1, reason: "" }\n  - { dayz: [fri] }\n  - { days: [], zone: UTC }\n`,
      [
        'preprod.yaml:9: freeze.0.days.0 must be one of mon, tue, wed, thu, fri, sat, sun.',
        'preprod.yaml:9: freeze.0.from must look like "2026-12-20T00:00", or with "days" "15:00".',
        'preprod.yaml:9: freeze.0.zone must be a text',
        'preprod.yaml:9: freeze.0.reason must look like "year end" (one line).',
        'preprod.yaml:10: freeze.1: the key "zone" is missing.',
        'preprod.yaml:10: there is no key "dayz" in freeze.1. Did you mean "days"?',
        'preprod.yaml:11: freeze.2.days must NOT have fewer than 1 items',
      ],
    ],
    [
      'freezes in unknown zones, and one that ends before it begins',
      `${preprod}freeze:\n  - { days: [sat], zone: Europe/Berln }\n  - { days: [sat], zone: Europe/Berlin }\n  - { from: 2026-12-20T00:00, to: 2026-12-19T00:00, zone: UTC }\n`,
      [
        'preprod.yaml:9: freeze.0: there is no time zone "Europe/Berln". Did you mean "Europe/Berlin"?',
        'preprod.yaml:11: freeze.2: it ends (2026-12-19T00:00) before it has begun (2026-12-20T00:00).',
      ],
    ],
    [
      'a canary that nobody judges',
      `${preprod}canary: {}\n`,
      ['preprod.yaml:8: canary: the key "prometheus" is missing.'],
    ],
    [
      'wrong keys of a Prometheus',
      `${preprod}canary:\n  prometheus:\n    url: http://me:secret@prometheus\n    tokenVariable: eyJhbGciOi\n    requests: many\n    checks:\n      - { nam: x, max: "1" }\n`,
      [
        'canary.prometheus.url must look like "https://prometheus.example" (without "/api/v1", and without a login).',
        'canary.prometheus.tokenVariable must look like "PROMETHEUS_TOKEN"',
        'canary.prometheus.requests must be a whole number.',
        'preprod.yaml:14: there is no key "nam" in canary.prometheus.checks.0. Did you mean "name"?',
        'canary.prometheus.checks.0: the key "name" is missing.',
        'canary.prometheus.checks.0.max must be a number.',
      ],
    ],
    [
      'a check that is no check',
      `${preprod}canary: { prometheus: { url: 'https://x', checks: [{ name: mine, query: up, timesStable: 2 }] } }\n`,
      ['canary.prometheus.checks.0 must have property max when property timesStable is present.'],
    ],
    [
      'a check without a limit',
      `${preprod}canary: { prometheus: { url: 'https://x', checks: [{ name: mine, query: up }] } }\n`,
      ['preprod.yaml:8: canary.prometheus.checks: the check "mine" needs the key "max" or "min".'],
    ],
    [
      'wrong keys of a facade',
      `${preprod}${facade('backend: gateway, pathPrefix: /a, endpoint: "http://x", keyVariable: 8f3a-21, url: x')}`,
      [
        'preprod.yaml:12: facade.backend must look like "https://gateway.internal.example"',
        'facade.pathPrefix must look like "preprod"',
        'facade.endpoint must look like "https://management.azure.com".',
        'facade.keyVariable must look like "APIM_CHECK_KEY" (the name of an environment variable, not the key).',
        'there is no key "url" in facade.',
      ],
    ],
    ['broken YAML', preprod.replace('order: 2', 'order: [2'), ['preprod.yaml:', 'this is not YAML']],
    ['a key twice', `${preprod}order: 3\n`, ['preprod.yaml:8: this is not YAML: Map keys must be unique']],
    ['two documents', `${preprod}---\n${preprod}`, ['this is not YAML']],
    ['an empty file', '', ['preprod.yaml:1: the key "name" is missing']],
    ['a text', 'preprod', ['preprod.yaml:1: an environment must be a map']],
    ['a list', '- a', ['preprod.yaml:1: an environment must be a map']],
    [
      "another file's name",
      preprod.replace('name: preprod', 'name: prod'),
      ['preprod.yaml:1: the name is "prod", but the file is named "preprod".'],
    ],
  ])('refuses %s', async (_, text, expected) => {
    const told = await refusalOf({ 'preprod.yaml': text });
    for (const part of expected) expect(told).toContain(part);
  });

  it('refuses twins', async () => {
    const prod = preprod.replace('name: preprod', 'name: prod');
    expect(await refusalOf({ 'preprod.yaml': preprod, 'prod.yaml': prod })).toContain(
      `${environmentsFolder}/prod.yaml:2: the order 2 is taken by ${environmentsFolder}/preprod.yaml:2.`,
    );
    expect(
      await refusalOf({ 'preprod.yaml': preprod, 'preprod.yml': preprod.replace('order: 2', 'order: 3') }),
    ).toContain(`preprod.yml:1: the name preprod is taken by ${environmentsFolder}/preprod.yaml:1.`);
  });

  const prod = preprod.replace('name: preprod', 'name: prod').replace('order: 2', 'order: 3');
  const inAzure = (text: string, group: string) =>
    text.replace('context: local', `context: local\n  aks: { resourceGroup: ${group}, name: shop }`);
  const withFile = (text: string, file: string) =>
    text.replace('context: local', `context: local\n  kubeconfig: ${file}`);

  it.each([
    ['of a context', preprod, prod],
    ['of a kubeconfig', withFile(preprod, 'kube/config'), withFile(prod, './kube/config')],
    [
      'of an AKS cluster under two contexts',
      inAzure(preprod, 'shop').replace('context: local', 'context: own'),
      inAzure(prod, 'Shop'),
    ],
  ])('refuses two environments in one namespace %s, naming both lines', async (_, one, other) => {
    const lineOf = (text: string) => text.split('\n').findIndex((line) => line.startsWith('namespace')) + 1;
    const told = await refusalOf({ 'preprod.yaml': one, 'prod.yaml': other });
    expect(told).toContain('a namespace (or a cluster) of its own');
    expect(told).toContain(
      `${environmentsFolder}/prod.yaml:${lineOf(other)}: the namespace shop-preprod of this cluster is taken by ${environmentsFolder}/preprod.yaml:${lineOf(one)}.`,
    );
  });

  it.each([
    ['another namespace', preprod, prod.replace('shop-preprod', 'shop-prod')],
    ['another context', preprod, prod.replace('context: local', 'context: other')],
    ['another kubeconfig', preprod, withFile(prod, 'kube/prod')],
    ['another cluster of AKS, of the same name', inAzure(preprod, 'shop'), inAzure(prod, 'shop-prod')],
  ])('takes two environments with %s', async (_, one, other) => {
    expect(await read({ 'preprod.yaml': one, 'prod.yaml': other })).toHaveLength(2);
  });

  const own = (text: string, namespace: string) => `${text.replace('shop-preprod', namespace)}url: https://x.example\n`;
  const [staged, live] = [own(preprod, 'a'), own(prod, 'b')];

  it.each([
    ['', 'the API Management SHOP-apis is taken by'],
    ['pathPrefix: shop', 'the pathPrefix shop of SHOP-apis is taken by'],
  ])('refuses two environments behind one door (%s), naming both lines', async (more, expected) => {
    const files = { 'preprod.yaml': staged + facade(more), 'prod.yaml': live + facade(more, 'SHOP-apis') };
    const told = await refusalOf(files);
    expect(told).toContain(`${environmentsFolder}/prod.yaml:9: ${expected} ${environmentsFolder}/preprod.yaml:9.`);
  });

  it.each([
    ['another path prefix', facade('pathPrefix: preprod'), facade('')],
    ['another instance', facade(''), facade('', 'other')],
    ['another subscription', facade(''), facade('').replace('6f1b2c3d', '6f1b2c3e')],
  ])('takes two environments with %s', async (_, one, other) => {
    const [first] = await read({ 'preprod.yaml': staged + one, 'prod.yaml': live + other });
    expect(first!.facade).toMatchObject({ kind: 'api-management', subscription, resourceGroup: 'shop' });
  });

  it('tells all mistakes of all files at once', async () => {
    const told = await refusalOf({ 'a.yaml': 'name: a', 'b.yaml': 'colour: red' });
    expect(told).toMatch(/There are \d+ mistakes/);
    expect(told).toMatch(/a\.yaml:1: the key "order" is missing/);
    expect(told).toMatch(/b\.yaml:1: there is no key "colour"/);
  });

  it('refuses a workspace without environments', async () => {
    expect(await refusalOf({})).toContain(`There is no *.yaml file in ${environmentsFolder}.`);
    await expect(readEnvironments(join(temp, 'nowhere'))).rejects.toMatchObject({ facts: { type: 'no-environments' } });
  });

  it('reads or refuses whatever stands in a file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.string().map((text) => preprod + text),
        ),
        async (text) => {
          await read({ 'preprod.yaml': text }).catch((error: unknown) => {
            if (!(error instanceof ProductError)) throw error;
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('environmentNamed', () => {
  it('finds it, or asks what was meant', async () => {
    const environments = await read({ 'preprod.yaml': preprod });
    expect(environmentNamed(environments, 'preprod').order).toBe(2);
    try {
      environmentNamed(environments, 'preprd');
      throw new Error('not refused');
    } catch (error) {
      expect((error as Refusal).explain()).toContain('Did you mean "preprod"?');
    }
  });
});

import * as xml from '@xmldom/xmldom';
import fc from 'fast-check';
import { Refusal } from '../../errors/product-error.ts';
import { InstancePlace } from './place.ts';
import { hasInstanceFiles, instanceFolder, readInstanceFiles } from './read-instance-files.ts';

const environment = { name: 'preprod', namespace: 'shop-preprod' };
const variables = { VAULT: 'https://shop.vault.azure.net', LEGACY: 'https://legacy.example' };
const read = (files: Readonly<Record<string, string>>, pathPrefix?: string) =>
  readInstanceFiles(
    {
      texts: new Map(Object.entries(files).map(([name, text]) => [`${instanceFolder}/${name}`, text])),
      ...{ variables, place: new InstancePlace(pathPrefix, environment) },
    },
    xml,
  );
const refusalOf = (files: Readonly<Record<string, string>>): Refusal => {
  try {
    read(files);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('not refused');
};
const policy = (inbound: string) => `<policies>\n  <inbound>\n    ${inbound}\n  </inbound>\n</policies>\n`;

describe('readInstanceFiles', () => {
  it('reads all that provisioning makes of an instance, with what its policies need', () => {
    const { entities, needs } = read(
      {
        'named-values.yaml':
          'legacy-url: { value: "${LEGACY}/api" }\nlegacy.key: { keyVault: "${VAULT}/secrets/key", identity: 6f1b2c3d-0000-4000-8000-0123456789ab }\nretries: { value: 010 }\n',
        'fragments/tracing.xml': '<fragment>\n  <x y="{{legacy-url}}" />\n</fragment>',
        'products.yaml':
          'partners: { name: Partners, description: All of it, approval: true }\nopen: { subscription: none }\n',
        'policy.xml': policy('<include-fragment fragment-id="tracing" />\n<x y="@(1 < 2)" z="{{ legacy.key }}" />'),
        'fallback.yaml': 'backend: ${LEGACY}\n',
        'README.md': 'no part of it',
        'deployer-role.json': '{}',
      },
      'preprod',
    );
    expect(entities.map(({ kind, id, name }) => `${kind} ${id} ${name}`)).toEqual([
      ...['fallback fallback-preprod fallback-preprod', 'fragment tracing tracing'],
      ...['named-value legacy-url legacy-url', 'named-value legacy-key legacy.key', 'named-value retries retries'],
      ...['policy policy policy', 'product partners partners', 'product open open'],
    ]);
    const contents = new Map(entities.map(({ name, content }) => [name, content]));
    expect(contents.get('legacy-url')).toEqual({ value: 'https://legacy.example/api' });
    expect(contents.get('legacy.key')).toEqual({
      keyVault: 'https://shop.vault.azure.net/secrets/key',
      ...{ secret: 'true', identity: '6f1b2c3d-0000-4000-8000-0123456789ab' },
    });
    expect(contents.get('retries')).toEqual({ value: '010' });
    expect(contents.get('open')).toMatchObject({ name: 'open', subscription: 'none', published: 'true' });
    expect(contents.get('fallback-preprod')).toEqual({
      ...{ name: 'Fallback (preprod)', path: 'preprod', backend: 'https://legacy.example', subscription: 'none' },
      operations: 'DELETE GET HEAD OPTIONS PATCH POST PUT',
    });
    expect(needs).toEqual([
      { kind: 'named-value', name: 'legacy-url', at: `${instanceFolder}/fragments/tracing.xml:2` },
      { kind: 'named-value', name: 'legacy.key', at: `${instanceFolder}/policy.xml:4` },
      { kind: 'fragment', name: 'tracing', at: `${instanceFolder}/policy.xml:3` },
    ]);
  });

  it('has nothing where there is no file of its own', () => {
    expect(hasInstanceFiles(new Map([[`${instanceFolder}/deployer-role.json`, '{}']]))).toBe(false);
    expect(read({ 'products.yaml': '# none yet\n' })).toEqual({ entities: [], needs: [] });
  });

  it.each([
    ['no YAML', { 'products.yaml': 'a: {}\nb: [' }, 'products.yaml:2: this is not YAML'],
    ['a key twice', { 'products.yaml': 'a: {}\na: {}' }, 'products.yaml:2: this is not YAML: Map keys must be unique'],
    ['a list', { 'products.yaml': '- a' }, 'products.yaml:1: the file must be a map'],
    [
      'an unknown key',
      { 'products.yaml': 'a:\n  nam: A' },
      'products.yaml:2: there is no key "nam". Did you mean "name"?',
    ],
    ['a map as a text', { 'products.yaml': 'a:\n  name: { b: c }' }, 'products.yaml:2: name must be a text.'],
    ['a product with a bad name', { 'products.yaml': '\na_b: {}' }, 'products.yaml:2: a product cannot be named "a_b"'],
    [
      'a choice that is none',
      { 'products.yaml': 'a: { subscription: never }' },
      'products.yaml:1: subscription must be one of required, none.',
    ],
    ['approval of nothing', { 'products.yaml': 'a: { subscription: none, approval: true }' }, 'nothing to approve'],
    [
      'a long description',
      { 'products.yaml': `a: { description: ${'x'.repeat(801)} }` },
      'description has 801 characters; 800 are taken.',
    ],
    [
      'a variable without value',
      { 'fallback.yaml': '\nbackend: ${LEGCY}' },
      'fallback.yaml:2: ${LEGCY} has no value in the environment\'s file. Did you mean "LEGACY"?',
    ],
    ['no backend', { 'fallback.yaml': 'name: Old' }, 'fallback.yaml:1: the key "backend" is missing'],
    [
      'a backend with a login',
      { 'fallback.yaml': 'backend: https://ada:pw@legacy.example' },
      'fallback.yaml:1: backend must be an address',
    ],
    [
      'a secret by its name',
      { 'named-values.yaml': 'a: { value: x }\nlegacy-api-key: { value: hunter2 }' },
      'named-values.yaml:2: "legacy-api-key" looks like a secret',
    ],
    [
      'a secret by its looks',
      { 'named-values.yaml': 'door: { value: "https://ada:hunter2@legacy.example" }' },
      'named-values.yaml:1: "door" looks like a secret',
    ],
    [
      'a secret by a key',
      { 'named-values.yaml': 'a: { value: x, secret: true }' },
      'named-values.yaml:1: there is no key "secret"',
    ],
    [
      'a value and a vault',
      { 'named-values.yaml': 'a: { value: x, keyVault: "${VAULT}/secrets/a" }' },
      'it can have one of them',
    ],
    ['neither', { 'named-values.yaml': 'a: {}' }, 'named-values.yaml:1: "a" has neither a value nor a keyVault.'],
    ['an empty value', { 'named-values.yaml': 'a: { value: " " }' }, 'the value is empty'],
    [
      'a long value',
      { 'named-values.yaml': `a: { value: ${'x'.repeat(4097)} }` },
      'the value has 4097 characters; 4096 are taken.',
    ],
    [
      'no address of a secret',
      { 'named-values.yaml': 'a: { keyVault: "${VAULT}" }' },
      'keyVault must be the address of a secret',
    ],
    [
      'no identity',
      { 'named-values.yaml': 'a: { keyVault: "${VAULT}/secrets/a", identity: me }' },
      'identity must be the client id',
    ],
    [
      'an identity of a text',
      { 'named-values.yaml': 'a: { value: x, identity: me }' },
      'identity is for a value of a key vault',
    ],
    ['a bad name', { 'named-values.yaml': 'a b: { value: x }' }, 'a named value cannot be named "a b"'],
    [
      'a name of our own',
      { 'named-values.yaml': 'poc-provisioning-dev: { value: x }' },
      'are kept for what provisioning notes',
    ],
    [
      'names that do not differ',
      { 'named-values.yaml': 'a.b: { value: x }\nA-b: { value: x }' },
      '"a.b" and "A-b" are one named value',
    ],
    ['no XML', { 'policy.xml': policy('<a></b>') }, 'policy.xml:3: This is not XML'],
    [
      'a fragment as policy',
      { 'policy.xml': '<fragment />' },
      'policy.xml:1: It is a <fragment>; a policy is a <policies>.',
    ],
    [
      'a policy as fragment',
      { 'fragments/a.xml': '\n<policies />' },
      'fragments/a.xml:2: It is a <policies>; a fragment is a <fragment>.',
    ],
    [
      'a section in a fragment',
      { 'fragments/a.xml': '<fragment>\n<inbound /></fragment>' },
      'fragments/a.xml:2: There is a <inbound>',
    ],
    [
      'a fragment in a fragment',
      { 'fragments/a.xml': '<fragment>\n<include-fragment fragment-id="b" /></fragment>' },
      'fragments/a.xml:2: There is a <include-fragment>',
    ],
    ['a bad name of a fragment', { 'fragments/a_b.xml': '<fragment />' }, 'The fragment cannot be named "a_b"'],
    [
      'a file that would not be sent',
      { 'product.yaml': 'a: {}' },
      'product.yaml: this file would not be sent. Did you mean "products.yaml"?',
    ],
    ['a fragment elsewhere', { 'fragment/a.xml': '<fragment />' }, 'The files are named-values.yaml'],
  ])('refuses %s', (_, files, expected) => {
    const refusal = refusalOf(files as unknown as Record<string, string>);
    expect(refusal.facts).toMatchObject({ type: 'bad-facade-configuration' });
    expect(refusal.exitCode).toBe(2);
    expect(refusal.explain()).toContain(expected);
  });

  it('tells all mistakes at once', () => {
    const { reason, evidence } = refusalOf({
      'fallback.yaml': 'a: b',
      'policy.xml': '<x/>',
      'products.yaml': 'a: b',
    }).facts;
    expect(reason).toBe('There are 4 mistakes.');
    expect(evidence).toHaveLength(4);
  });

  it('takes about secrets what is none', () => {
    expect(
      read({ 'named-values.yaml': 'token-endpoint: { value: "https://login.example/token" }' }).entities,
    ).toHaveLength(1);
  });

  it('reads or refuses whatever stands in a file', () => {
    const part = fc.constantFrom(
      ...[
        'a',
        ': ',
        '{',
        '}',
        '[',
        '\n',
        '  ',
        '- ',
        'value',
        'keyVault',
        '"',
        "'",
        '${LEGACY}',
        '$${A}',
        '${',
        '&a',
        '*a',
        '<<',
        '|',
        '#',
        '? ',
        '!!x',
      ],
    );
    const name = fc.constantFrom(
      'named-values.yaml',
      'products.yaml',
      'fallback.yaml',
      'policy.xml',
      'fragments/a.xml',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(name, text, (file, written) => {
        try {
          read({ [file]: written });
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

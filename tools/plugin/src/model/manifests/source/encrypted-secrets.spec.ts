import { annotation } from '../../product/wire-names.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { Refusal } from '../../errors/product-error.ts';
import { locked, mistakesInEncrypted, withoutOthersSecrets } from './encrypted-secrets.ts';
import { parseManifests } from './parse-manifests.ts';

const value = 'ENC[AES256_GCM,data:cnMrvZuo,iv:Ltv=,tag:RqkF==,type:str]';
const sops = { mac: value, encrypted_regex: '^(data|stringData)$' };
const secret = (fields: Record<string, unknown> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'orders-database' },
  stringData: { url: value, empty: '' },
  sops,
  ...fields,
});

function refusalOf(texts: Record<string, string>, reach: 'namespace' | 'cluster'): string {
  try {
    parseManifests(new Map(Object.entries(texts)), 'preprod', reach);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return (error as Refusal).explain();
  }
  return 'taken';
}

describe('a Secret that SOPS encrypted', () => {
  it('is taken when its values alone are encrypted', () => {
    expect(mistakesInEncrypted(secret())).toEqual([]);
    expect(mistakesInEncrypted(secret({ data: { a: value }, type: 'Opaque' }))).toEqual([]);
  });

  it.each([
    [
      'a value that was left out of encryption',
      { data: { password: 'aGVsbG8=' } },
      'holds data.password as plain text',
    ],
    ['a value that only begins like an encrypted one', { data: { p: `${value} hello` } }, 'holds data.p as plain text'],
    ['values that are no map', { stringData: 'hello' }, 'holds stringData.* as plain text'],
    ['a number', { stringData: { pin: 1234 } }, 'holds stringData.pin as plain text'],
    ['no MAC', { sops: {} }, 'has no MAC'],
    ['no block of SOPS', { sops: 'yes' }, 'has no MAC'],
    ['a MAC that leaves its name out', { sops: { ...sops, mac_only_encrypted: true } }, 'its name could be changed'],
    ['an encrypted name', { metadata: { name: 'a', labels: { b: value } } }, 'is encrypted beyond its values'],
    ['another kind', { kind: 'ConfigMap' }, 'is for Secrets'],
  ])('is refused with %s, which is not shown', (_, fields, mistake) => {
    const mistakes = mistakesInEncrypted(secret(fields)).join('\n');
    expect(mistakes).toContain(mistake);
    expect(mistakes).not.toMatch(/hello|aGVsbG8|1234/);
  });

  it('is refused in a service, and in a file of another name; a plain one everywhere', () => {
    const text = JSON.stringify(secret());
    expect(refusalOf({ 'a/prod.sops.yaml': text }, 'cluster')).toBe('taken');
    expect(refusalOf({ 'a/prod.yaml': text }, 'cluster')).toContain('let its file\'s name end with ".sops.yaml"');
    expect(refusalOf({ 'a/prod.sops.yaml': text }, 'namespace')).toContain('belongs into Infrastructure/kubernetes');
    const plain = JSON.stringify({ ...secret(), sops: undefined });
    for (const reach of ['namespace', 'cluster'] as const)
      expect(refusalOf({ 'a/prod.sops.yaml': plain }, reach)).toContain('holds data. A secret is not kept in git');
  });

  it('is read for the environment that its file is named like, or for all', () => {
    const paths = [
      'f/a.yaml',
      'f/prod.yaml',
      'f/secrets/prod.sops.yaml',
      'f/dev.sops.json',
      'f/all.sops.yml',
      '.sops.yaml',
    ];
    const texts = new Map(paths.map((path) => [path, '']));
    const read = (environment: string) => [...withoutOthersSecrets(texts, environment, ['dev', 'prod']).keys()];
    expect(read('prod')).toEqual(['f/a.yaml', 'f/prod.yaml', 'f/secrets/prod.sops.yaml', 'f/all.sops.yml']);
    expect(read('dev')).toEqual(['f/a.yaml', 'f/prod.yaml', 'f/dev.sops.json', 'f/all.sops.yml']);
  });

  it('is shown without its values, and differs when they do', () => {
    const [one, same, other] = [
      secret(),
      secret({ sops: { ...sops, lastmodified: 'x' } }),
      secret({ data: { a: value } }),
    ].map((each) => locked(each));
    expect(Object.keys(one!)).toEqual(['apiVersion', 'kind', 'metadata']);
    expect(one).toEqual(same);
    expect(other!.metadata.annotations).not.toEqual(one!.metadata.annotations);
    expect(one!.metadata.annotations![annotation.encrypted]).toMatch(/^[0-9a-f]{16}$/);
  });
});

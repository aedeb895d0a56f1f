import { parse } from 'yaml';
import { kubeconfigOf, withEntry, withoutEntry } from './kubeconfig.ts';

const entry = { name: 'poc-local', cluster: { server: 'https://10.95.0.1:6443' }, user: { token: 'secret' } };
const others = `# mine
apiVersion: v1
kind: Config
clusters:
  - cluster: { server: https://other } # production!
    name: other
contexts:
  - { name: other, context: { cluster: other, user: me } }
current-context: other
users:
  - name: me
    user: {}
`;

describe('withEntry', () => {
  it('makes a file where there is none, with no current context', () => {
    expect(parse(withEntry('', entry))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'poc-local', cluster: entry.cluster }],
      users: [{ name: 'poc-local', user: entry.user }],
      contexts: [{ name: 'poc-local', context: { cluster: 'poc-local', user: 'poc-local' } }],
      'current-context': '',
    });
  });

  it('leaves what others wrote, comments included, and their current context', () => {
    const text = withEntry(others, entry);
    expect(text).toContain('# mine');
    expect(text).toContain('# production!');
    const config = parse(text) as { 'current-context': string; clusters: { name: string }[] };
    expect(config['current-context']).toBe('other');
    expect(config.clusters.map(({ name }) => name)).toEqual(['other', 'poc-local']);
  });

  it('puts a new entry in place of the old one', () => {
    const again = withEntry(withEntry(others, entry), { ...entry, user: { token: 'new' } });
    expect(again).not.toContain('secret');
    expect(again.match(/name: poc-local/g)).toHaveLength(3);
  });

  it('adds to lists that are missing or null', () => {
    expect(parse(withEntry('kind: Config\nclusters: null\n', entry))).toMatchObject({
      clusters: [{ name: 'poc-local' }],
    });
  });

  it('refuses what is not YAML', () => {
    expect(() => withEntry('clusters: [', entry)).toThrow();
  });
});

describe('withoutEntry', () => {
  it('undoes withEntry', () => {
    expect(parse(withoutEntry(withEntry(others, entry), 'poc-local') ?? '')).toEqual(parse(others));
  });

  it('leaves no current context that is gone', () => {
    const text = withEntry(others, entry).replace('current-context: other', 'current-context: poc-local');
    expect(parse(withoutEntry(text, 'poc-local') ?? '')).toMatchObject({ 'current-context': '' });
  });

  it('says when nothing is left', () => {
    expect(withoutEntry(withEntry('', entry), 'poc-local')).toBeUndefined();
  });
});

describe('kubeconfigOf', () => {
  it('enters the cluster at once', () => {
    expect(parse(kubeconfigOf(entry))).toMatchObject({ 'current-context': 'poc-local' });
  });
});

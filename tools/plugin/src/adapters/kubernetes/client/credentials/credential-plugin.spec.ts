import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialPlugin, pluginOf } from './credential-plugin.ts';
import type { KubeconfigEntry } from './kubeconfig-entries.ts';

let folder: string;
let told: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugin '));
  told = '';
});
afterEach(() => rm(folder, { recursive: true }));

/** A user whose plugin is a script of Node. Each run is written down. */
function user(script: string, more: object = {}): KubeconfigEntry {
  const args = ['-e', `require('fs').appendFileSync(${JSON.stringify(join(folder, 'runs'))}, '.');${script}`];
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args, ...more };
  return { kind: 'user', name: 'u', folder, file: join(folder, 'config'), value: { exec } };
}
const runs = async () => (await readFile(join(folder, 'runs'), 'utf8')).length;
const gives = (status: object) => `console.log('${JSON.stringify({ kind: 'ExecCredential', status })}')`;
const plugin = (entry: KubeconfigEntry, pace: object = {}, cluster: object = {}) =>
  new CredentialPlugin(entry, cluster as KubeconfigEntry['value'], 'reach the cluster of preprod', {
    quietMs: 5000,
    limitMs: 5000,
    tell: (text) => (told += text),
    ...pace,
  });

describe('a credential plugin', () => {
  it('is run once for all who ask at once, and later, when its credential has no end', async () => {
    const exec = plugin(user(gives({ token: 't' })));
    expect(await Promise.all([exec.get(), exec.get(), exec.get()])).toEqual(Array(3).fill({ token: 't' }));
    await exec.get();
    expect(await runs()).toBe(1);
    expect(told).toBe('');
  });

  it('is run again when its credential has ended, or was not accepted', async () => {
    const ended = plugin(user(gives({ token: 't', expirationTimestamp: '2020-01-01T00:00:00Z' })));
    await ended.get();
    await ended.get();
    expect(await runs()).toBe(2);
    const refused = plugin(user(gives({ token: 't', expirationTimestamp: '2099-01-01T00:00:00Z' })));
    await refused.get();
    refused.forget('of before');
    await refused.get();
    expect(await runs()).toBe(3);
    refused.forget('t');
    await refused.get();
    expect(await runs()).toBe(4);
  });

  it('is the same for whoever names the same command', () => {
    const entry = user(gives({ token: 't' }));
    expect(pluginOf(entry, {}, 'a')).toBe(pluginOf(entry, {}, 'b'));
    expect(pluginOf(user('other'), {}, 'a')).not.toBe(pluginOf(entry, {}, 'b'));
  });

  it('gets its variables, and the cluster when it wants to know', async () => {
    const script = `const { spec } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
      console.log(JSON.stringify({ kind: 'ExecCredential', status: { token: process.env.WHO + ' ' + JSON.stringify(spec) } }))`;
    const env = [{ name: 'WHO', value: 'me' }];
    const cluster = {
      server: 'https://a',
      'certificate-authority': 'x',
      extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'b' } }],
    };
    expect((await plugin(user(script, { env }), {}, cluster).get()).token).toBe('me {"interactive":false}');
    expect((await plugin(user(script, { env, provideClusterInfo: true }), {}, cluster).get()).token).toBe(
      'me {"interactive":false,"cluster":{"server":"https://a","config":{"audience":"b"}}}',
    );
  });

  it('inherits what it logs in by, and no other secrets of this command', async () => {
    const env = { GITHUB_TOKEN: 'g', NODE_AUTH_TOKEN: 'n', DATABASE_URL: 'd', AZURE_CLIENT_ID: 'a', https_proxy: 'p' };
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      const names = JSON.stringify(Object.keys(env));
      const script = `const status = { token: JSON.stringify(${names}.map((name) => process.env[name] ?? '')) };
        console.log(JSON.stringify({ kind: 'ExecCredential', status }))`;
      expect((await plugin(user(script)).get()).token).toBe('["","","","a","p"]');
    } finally {
      process.env = before;
    }
  });

  it('may give a certificate', async () => {
    const status = { clientCertificateData: 'CERT', clientKeyData: 'KEY' };
    expect(await plugin(user(gives(status))).get()).toEqual({ certificate: { cert: 'CERT', key: 'KEY' } });
  });

  it('lies beside the kubeconfig when its path is relative', async () => {
    await writeFile(join(folder, 'login'), `#!/bin/sh\necho '{"kind":"ExecCredential","status":{"token":"s"}}'\n`, {
      mode: 0o755,
    });
    expect(await plugin(user('', { command: './login' })).get()).toEqual({ token: 's' });
  });

  it.each([
    ['that fails', "console.error('AADSTS700082: expired');process.exit(3)", {}, /failed \(exit code 3\)/],
    ['that writes something else', "console.error('AADSTS700082: expired');console.log('{}')", {}, /no ExecCredential/],
    ['that needs a terminal', '', { interactiveMode: 'Always' }, /at a terminal/],
  ])('%s is refused with its own words', async (_, script, more, reason) => {
    const { facts } = await plugin(user(script, more))
      .get()
      .catch((error: unknown) => error as { facts: { type: string; reason: string; evidence?: string[] } })
      .then((error) => error as { facts: { type: string; reason: string; evidence?: string[] } });
    expect(facts.type).toBe('credential-plugin');
    expect(facts.reason).toMatch(reason);
    if (script !== '') expect(facts.evidence).toEqual(['AADSTS700082: expired']);
  });

  it('that is not installed is refused with the hint of the kubeconfig', async () => {
    const missing = user('', { command: 'no-such-login', installHint: 'brew install\nno-such-login' });
    await expect(plugin(missing).get()).rejects.toMatchObject({
      facts: {
        type: 'credential-plugin',
        reason: 'The credential plugin no-such-login, which the kubeconfig names, is not installed.',
        remedy: 'Install it, or use another context. The kubeconfig says: brew install no-such-login',
      },
    });
  });

  it('that takes long has its words shown as they come, and a limit of its own', async () => {
    // A shell: it starts at once, also on a machine where Node takes longer than the limit.
    const shell = user('', { command: 'sh', args: ['-c', 'echo "open https://login" >&2; exec sleep 9'] });
    await expect(plugin(shell, { quietMs: 700, limitMs: 2500 }).get()).rejects.toMatchObject({
      facts: {
        type: 'credential-plugin',
        reason: expect.stringContaining('gave no credential within 2.5 s') as string,
        evidence: ['open https://login'],
      },
    });
    expect(told).toContain('waiting for the credential plugin sh (reach the cluster of preprod)\n');
    expect(told).toContain('open https://login\n');
  });
});

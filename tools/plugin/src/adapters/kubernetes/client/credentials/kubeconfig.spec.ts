import fc from 'fast-check';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../../model/environment/environment.ts';
import { ProductError } from '../../../../model/errors/product-error.ts';
import { KubernetesApi } from '../api.ts';
import { findAccess } from './kubeconfig.ts';

let folder: string;
const before = process.env['KUBECONFIG'];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kube config '));
  delete process.env['KUBECONFIG'];
});
afterEach(async () => {
  if (before === undefined) delete process.env['KUBECONFIG'];
  else process.env['KUBECONFIG'] = before;
  await rm(folder, { recursive: true });
});

function environment(context: string, kubeconfig?: string): Environment {
  return {
    name: 'preprod',
    order: 1,
    cluster: { context, ...(kubeconfig === undefined ? {} : { kubeconfig }) },
    namespace: 'shop',
    registry: 'r',
    deploy: 'automatic',
    allowDirty: false,
    protected: false,
    variables: {},
  };
}

async function write(name: string, config: object | string): Promise<string> {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  await writeFile(join(folder, name), text, { mode: 0o600 });
  return join(folder, name);
}

const config = (name: string, user: object, cluster: object = {}) => ({
  contexts: [{ name, context: { cluster: `c-${name}`, user: `u-${name}` } }],
  clusters: [{ name: `c-${name}`, cluster: { server: `https://${name}:6443/`, ...cluster } }],
  users: [{ name: `u-${name}`, user }],
});

describe('a kubeconfig', () => {
  it('gives address, certificates and who asks', async () => {
    await write('ca.pem', 'the ca');
    const data = Buffer.from('the cert').toString('base64');
    await write(
      'config',
      config(
        'a',
        { 'client-certificate-data': data, token: 't' },
        { 'certificate-authority': 'ca.pem', 'tls-server-name': 'n' },
      ),
    );
    const access = await findAccess(environment('a', 'config'), folder);
    expect(access).toMatchObject({ context: 'a', server: 'https://a:6443', tls: { servername: 'n' } });
    expect([access.tls.ca, access.tls.cert, access.tls.key].map(String)).toEqual(['the ca', 'the cert', 'undefined']);
    expect(await access.headers()).toEqual({ authorization: 'Bearer t' });
  });

  it('reads a token file anew each time, and knows passwords and impersonation', async () => {
    await write('token', 'one\n');
    const access = await findAccess(environment('a', await write('config', config('a', { tokenFile: 'token' }))), '/');
    expect(await access.headers()).toEqual({ authorization: 'Bearer one' });
    await write('token', 'two\n');
    expect(await access.headers()).toEqual({ authorization: 'Bearer two' });
    const other = await write('other', config('a', { username: 'u', password: 'p', as: 'someone' }));
    expect(await (await findAccess(environment('a', other), '/')).headers()).toEqual({
      authorization: 'Basic dTpw',
      'impersonate-user': 'someone',
    });
  });

  it('may be several files, of which the first wins', async () => {
    const files = [
      await write('1', config('a', { token: '1' })),
      await write('2', {
        ...config('b', {}),
        users: [
          { name: 'u-a', user: { token: '2' } },
          { name: 'u-b', user: { token: '3' } },
        ],
      }),
    ];
    process.env['KUBECONFIG'] = files.join(':');
    expect(await (await findAccess(environment('a'), '/')).headers()).toEqual({ authorization: 'Bearer 1' });
    expect(await (await findAccess(environment('b'), '/')).headers()).toEqual({ authorization: 'Bearer 3' });
  });

  it('may be several files with credential plugins, with double names and without some of the files', async () => {
    const plugin = (token: string) => ({
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: process.execPath,
        args: ['-e', `console.log('${JSON.stringify({ kind: 'ExecCredential', status: { token } })}')`],
      },
    });
    process.env['KUBECONFIG'] = [
      join(folder, 'missing'),
      await write('1', config('a', plugin('1'))),
      await write('2', { ...config('a', plugin('2'), { server: 'https://other' }), 'current-context': 'b' }),
    ].join(':');
    const access = await findAccess(environment('a'), '/');
    expect(access.server).toBe('https://a:6443');
    expect(await access.headers()).toEqual({ authorization: 'Bearer 1' });
  });

  it('has paths that are relative to the file that they are in', async () => {
    await mkdir(join(folder, 'work'));
    await write('work/ca.pem', 'of work');
    process.env['KUBECONFIG'] = [
      await write('1', config('a', {})),
      await write('work/2', config('b', {}, { 'certificate-authority': 'ca.pem' })),
    ].join(':');
    expect(String((await findAccess(environment('b'), '/')).tls.ca)).toBe('of work');
  });

  it('asks in the name of others as kubectl does', async () => {
    const user = {
      token: 't',
      as: 'jane',
      'as-uid': 'u-1',
      'as-groups': ['ops', 'dev'],
      'as-user-extra': { 'Acme.com/Project': ['one', 'two'] },
    };
    const access = await findAccess(environment('a', await write('config', config('a', user))), '/');
    expect(await access.headers()).toEqual({
      authorization: 'Bearer t',
      'impersonate-user': 'jane',
      'impersonate-uid': 'u-1',
      'impersonate-group': ['ops', 'dev'],
      'impersonate-extra-acme.com%2Fproject': ['one', 'two'],
    });
  });

  describe('without encryption', () => {
    const logins: [string, object][] = [
      ['a token', { token: 't' }],
      ['a token in a file', { tokenFile: 'token' }],
      ['a password', { username: 'u', password: 'p' }],
      ['a plugin', { exec: { command: 'touch', args: ['ran'] } }],
      ['a provider', { 'auth-provider': { name: 'oidc', config: { 'id-token': 't' } } }],
    ];

    it.each(logins)('sends %s to no other machine', async (_, user) => {
      await write('token', 't');
      for (const server of [
        'http://10.0.0.1:8080',
        'http://api.example',
        'http://127.0.0.1.example:80',
        'http://[fe80::1]',
      ])
        await expect(
          findAccess(environment('a', await write('config', config('a', user, { server }))), '/'),
        ).rejects.toMatchObject({ facts: { type: 'cluster-without-tls' } });
      const proxied = config('a', user, { server: 'http://127.0.0.1:8080', 'proxy-url': 'http://10.0.0.1:3128' });
      await expect(findAccess(environment('a', await write('config', proxied)), '/')).rejects.toMatchObject({
        facts: { type: 'cluster-without-tls' },
      });
      await expect(readFile(join(folder, 'ran'))).rejects.toThrow('ENOENT');
    });

    it('sends a token to this machine, and asks as nobody anywhere', async () => {
      for (const server of ['http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080']) {
        const file = await write('config', config('a', { token: 't' }, { server }));
        expect(await (await findAccess(environment('a', file), '/')).headers()).toEqual({ authorization: 'Bearer t' });
      }
      const open = await write('config', config('a', { as: 'jane' }, { server: 'http://10.0.0.1:8080' }));
      expect(await (await findAccess(environment('a', open), '/')).headers()).toEqual({ 'impersonate-user': 'jane' });
    });
  });

  describe('that has certificates accepted unseen', () => {
    const unseen = { 'insecure-skip-tls-verify': true };
    const said = () => jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    afterEach(() => jest.restoreAllMocks());

    it('is said', async () => {
      const told = said();
      const file = await write('config', config('unseen', { token: 't' }, unseen));
      expect((await findAccess(environment('unseen', file), '/')).tls.rejectUnauthorized).toBe(false);
      expect(String(told.mock.calls)).toContain('the certificate of https://unseen:6443 (preprod) is not verified');
    });

    it('is refused where the environment is protected, and with an authority', async () => {
      const file = await write('config', config('a', {}, unseen));
      await expect(findAccess({ ...environment('a', file), protected: true }, '/')).rejects.toMatchObject({
        facts: { type: 'cluster-not-verified' },
      });
      const both = await write('config', config('a', {}, { ...unseen, 'certificate-authority-data': 'YQ==' }));
      await expect(findAccess(environment('a', both), '/')).rejects.toMatchObject({
        facts: { type: 'bad-kubeconfig' },
      });
    });

    it.each([
      [0o600, undefined],
      [0o640, 'others may read the kubeconfig'],
      [0o604, 'others may read the kubeconfig'],
      [0o620, 'others may change the kubeconfig'],
      [0o666, 'others may change the kubeconfig'],
    ])('warns of a file with the mode %d', async (mode, warning) => {
      const told = said();
      const file = await write('config', config('a', {}));
      await chmod(file, mode);
      await findAccess(environment('a', file), '/');
      expect(told.mock.calls.map(([line]) => String(line))).toEqual(
        warning === undefined ? [] : [expect.stringContaining(`${warning} ${file}`)],
      );
    });
  });

  it('names a proxy, which goes before that of the environment', async () => {
    const cluster = { 'proxy-url': 'http://proxy:3128' };
    const access = await findAccess(environment('a', await write('config', config('a', {}, cluster))), '/');
    expect(access.proxy).toBe('http://proxy:3128');
  });

  it.each<[string, object | string, string]>([
    ['broken', 'a: [', 'bad-kubeconfig'],
    ['empty', '', 'no-kubeconfig'],
    ['of others', config('other', {}), 'no-such-context'],
    ['without a cluster', { ...config('a', {}), clusters: [] }, 'bad-kubeconfig'],
    ['without the user', { ...config('a', {}), users: [] }, 'bad-kubeconfig'],
    ['a list', '- 1', 'bad-kubeconfig'],
    ['with a file that is not there', config('a', { 'client-key': 'no' }), 'bad-kubeconfig'],
    ['with groups of nobody', config('a', { 'as-groups': ['ops'] }), 'bad-kubeconfig'],
    ['with a plugin without a command', config('a', { exec: {} }), 'bad-kubeconfig'],
    ['with nonsense for the client library', config('a', { 'auth-provider': 'x' }), 'bad-kubeconfig'],
    ['with no address', config('a', {}, { server: 'https://' }), 'bad-kubeconfig'],
    ['with a strange proxy', config('a', {}, { 'proxy-url': 'ftp://x' }), 'bad-proxy'],
    ['with nonsense', { contexts: [null, 1, { name: 'a', context: 'x' }] }, 'bad-kubeconfig'],
  ])('that is %s is refused', async (_, content, type) => {
    const file = await write('config', content);
    await expect(findAccess(environment('a', file), '/')).rejects.toMatchObject({ facts: { type } });
  });

  it('that cannot be read is refused', async () => {
    await expect(findAccess(environment('a', '.'), folder)).rejects.toMatchObject({
      facts: { type: 'bad-kubeconfig' },
    });
    process.env['KUBECONFIG'] = [join(folder, '1'), join(folder, '2')].join(':');
    await expect(findAccess(environment('a'), '/')).rejects.toMatchObject({ facts: { type: 'no-kubeconfig' } });
  });

  it('of whatever content never ends in anything but a refusal', async () => {
    const odd = fc.oneof(
      fc.anything({ withBigInt: false, maxDepth: 2 }),
      fc.constantFrom('', 'a', ' ', '\0', '/', './x', 'a\nb', 'http://[', 'socks5://x', {}, []),
    );
    const names = (...all: string[]) => fc.constantFrom(...all);
    const user = fc.dictionary(
      names(
        'token',
        'tokenFile',
        'username',
        'as',
        'as-groups',
        'as-uid',
        'as-user-extra',
        'auth-provider',
        'client-key',
      ),
      odd,
    );
    const exec = fc.record({
      exec: fc.dictionary(names('command', 'args', 'env', 'interactiveMode', 'installHint', 'provideClusterInfo'), odd),
    });
    const cluster = fc.dictionary(
      names('server', 'certificate-authority-data', 'tls-server-name', 'proxy-url', 'insecure-skip-tls-verify'),
      odd,
    );
    const content = fc.oneof(
      fc.string(),
      odd.map((value) => JSON.stringify(value) ?? ''),
      fc
        .tuple(fc.oneof(user, exec), cluster, fc.boolean())
        .map(([own, its, isOther]) =>
          JSON.stringify(config('a', own, isOther ? its : { ...its, server: 'https://127.0.0.1:1' })),
        ),
    );
    await fc.assert(
      fc.asyncProperty(content, async (text) => {
        const file = await write('config', text);
        let api: KubernetesApi | undefined;
        try {
          api = new KubernetesApi(await findAccess(environment('a', file), '/'), { firstTimeout: 200 });
          await api.send('GET', '/api');
        } catch (error) {
          if (!(error instanceof ProductError)) throw error;
        } finally {
          api?.close();
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a pod without a kubeconfig', () => {
  beforeEach(async () => {
    process.env['KUBERNETES_SERVICE_HOST'] = 'fd00::1';
    process.env['KUBERNETES_SERVICE_PORT'] = '443';
    process.env['KUBECONFIG'] = join(folder, 'missing');
    await write('token', 'one\n');
    await write('ca.crt', 'the ca');
  });
  afterEach(() => {
    delete process.env['KUBERNETES_SERVICE_HOST'];
    delete process.env['KUBERNETES_SERVICE_PORT'];
  });

  it('reaches its own cluster by the context in-cluster, with a token that is replaced', async () => {
    const access = await findAccess(environment('in-cluster'), '/', folder);
    expect(access.server).toBe('https://[fd00::1]:443');
    expect(String(access.tls.ca)).toBe('the ca');
    expect(await access.headers()).toEqual({ authorization: 'Bearer one' });
    await write('token', 'two\n');
    expect(await access.headers()).toEqual({ authorization: 'Bearer two' });
  });

  it('takes its own cluster for no other', async () => {
    await expect(findAccess(environment('shop'), '/', folder)).rejects.toMatchObject({
      facts: { type: 'no-kubeconfig', remedy: expect.stringContaining('in-cluster') as string },
    });
  });

  it('is none without a service account, and where the environment names a kubeconfig', async () => {
    for (const [kubeconfig, account] of [
      ['missing', folder],
      [undefined, join(folder, 'none')],
    ] as const)
      await expect(findAccess(environment('in-cluster', kubeconfig), folder, account)).rejects.toMatchObject({
        facts: { type: 'no-kubeconfig' },
      });
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../model/environment/environment.ts';
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
  await writeFile(join(folder, name), typeof config === 'string' ? config : JSON.stringify(config));
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

  it.each<[string, object | string, string]>([
    ['broken', 'a: [', 'bad-kubeconfig'],
    ['empty', '', 'no-kubeconfig'],
    ['of others', config('other', {}), 'no-such-context'],
    ['without a cluster', { ...config('a', {}), clusters: [] }, 'bad-kubeconfig'],
    ['with nonsense', { contexts: [null, 1, { name: 'a', context: 'x' }] }, 'bad-kubeconfig'],
  ])('that is %s is refused', async (_, content, type) => {
    const file = await write('config', content);
    await expect(findAccess(environment('a', file), '/')).rejects.toMatchObject({ facts: { type } });
  });
});

import { knownSecrets } from '../../model/secrets/known-secrets.ts';
import { describeProxy, loginAt, proxyOf } from './proxy.ts';

const doing = 'try it';
const through = 'http://proxy:3128';

describe('the proxy of an address', () => {
  it.each([
    ['https://api.shop:6443', { HTTPS_PROXY: through }, through],
    ['https://api.shop:6443', { https_proxy: 'proxy:3128' }, through],
    ['https://api.shop:6443', { https_proxy: through, HTTPS_PROXY: 'http://other' }, through],
    ['https://api.shop:6443', { https_proxy: '', HTTPS_PROXY: through }, through],
    ['https://api.shop:6443', { HTTP_PROXY: through }, undefined],
    ['https://api.shop:6443', { HTTPS_PROXY: `  ${through}\n` }, through],
    ['http://api.shop', { HTTP_PROXY: through }, through],
    ['http://api.shop', { http_proxy: through, HTTP_PROXY: 'http://other' }, through],
    ['http://api.shop', { HTTP_PROXY: through, REQUEST_METHOD: 'GET' }, undefined],
    ['http://api.shop', { http_proxy: through, REQUEST_METHOD: 'GET' }, through],
    ['https://api.shop', { HTTPS_PROXY: through, REQUEST_METHOD: 'GET' }, through],
    ['http://api.shop', { ALL_PROXY: through }, through],
    ['https://api.shop', { all_proxy: 'socks5h://proxy:1080', ALL_PROXY: through }, 'socks5h://proxy:1080'],
    ['https://api.shop', { ALL_PROXY: 'http://other', HTTPS_PROXY: through }, through],
    ['https://api.shop', { HTTPS_PROXY: '' }, undefined],
    ['https://api.shop', { HTTPS_PROXY: 'https://proxy/' }, 'https://proxy'],
    ['https://api.shop', { HTTPS_PROXY: '[fd00::1]:3128' }, 'http://[fd00::1]:3128'],
    ['https://localhost:6443', { HTTPS_PROXY: through }, undefined],
    ['https://registry.localhost', { HTTPS_PROXY: through }, undefined],
    ['https://127.9.0.1', { ALL_PROXY: through }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY: through }, undefined],
  ])('%s with %j is %s', (address, env: Record<string, string>, expected) => {
    expect(proxyOf(address, { doing, env })).toBe(expected);
  });

  it('is none by the NO_PROXY in small letters, if there is one', () => {
    const env = { HTTPS_PROXY: through, NO_PROXY: 'shop', no_proxy: 'other' };
    expect(proxyOf('https://api.shop', { doing, env })).toBe(through);
    expect(proxyOf('https://api.other', { doing, env })).toBeUndefined();
    expect(proxyOf('https://api.shop', { doing, env: { ...env, no_proxy: '' } })).toBeUndefined();
  });

  it('is the one that is named for it, also for this machine', () => {
    const env = { HTTPS_PROXY: through, NO_PROXY: '*' };
    expect(proxyOf('https://127.0.0.1', { named: 'socks5://other:1080', doing, env })).toBe('socks5://other:1080');
    expect(proxyOf('https://api.shop', { named: 'http://other', doing, env: { HTTPS_PROXY: through } })).toBe(
      'http://other',
    );
  });

  it.each([
    ['http://'],
    ['ftp://x'],
    ['socks9://x'],
    ['http://a b'],
    ['http://me:secret@[x'],
    ['http://me:secret/1@proxy:3128'],
    ['http://me:12/secret@proxy:3128'],
    ['http://me:12#secret@proxy:3128'],
    ['http://me:12?secret@proxy:3128'],
  ])('%s is refused, naming the variable and not its value', (text) => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY']) {
      const proxy = () => proxyOf('https://a', { doing, env: { [name]: text } });
      expect(proxy).toThrow(
        expect.objectContaining({
          exitCode: 2,
          facts: expect.objectContaining({ type: 'bad-proxy', reason: `${name} is not the address of a proxy.` }),
        }),
      );
      expect(proxy).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret') }));
    }
  });
});

describe('the login in the address of a proxy', () => {
  it.each([
    ['http://proxy', undefined],
    ['http://me:secret@proxy', 'me:secret'],
    ['me:secret@proxy:3128', 'me:secret'],
    ['http://me@proxy', 'me:'],
    ['http://corp%5Cme:p%40ss%3A%2F%25@proxy', 'corp\\me:p@ss:/%'],
    ['http://me:p@ss@proxy', 'me:p@ss'],
    ['http://me:100%@proxy', 'me:100%'],
    ['http://me:%ff%c3%bc@proxy', 'me:%ff%c3%bc'],
    ['http://me:%C3%BC@proxy', 'me:ü'],
  ])('%s is %s', (text, login) => {
    const proxy = proxyOf('https://a', { doing, env: { HTTPS_PROXY: text } })!;
    const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    expect(loginAt(new URL(proxy))).toBe(expected);
  });

  it('is told nowhere', () => {
    const named = 'http://me:Vt7nQz-proxy%40x@proxy:3128/x';
    expect(describeProxy(named)).toBe('http://proxy:3128');
    proxyOf('https://a', { doing, named, env: {} });
    expect(knownSecrets.maskIn('Vt7nQz-proxy@x Vt7nQz-proxy%40x')).toBe('*** ***');
  });
});

import { describeProxy, proxyOf } from './proxy.ts';

const doing = 'try it';
const through = 'http://proxy:3128';

describe('the proxy of an address', () => {
  it.each([
    ['https://api.shop:6443', { HTTPS_PROXY: through }, through],
    ['https://api.shop:6443', { https_proxy: 'proxy:3128' }, through],
    ['https://api.shop:6443', { HTTP_PROXY: through }, undefined],
    ['http://api.shop', { HTTP_PROXY: through }, through],
    ['https://api.shop', { HTTPS_PROXY: '' }, undefined],
    ['https://localhost:6443', { HTTPS_PROXY: through }, undefined],
    ['https://registry.localhost', { HTTPS_PROXY: through }, undefined],
    ['https://127.9.0.1', { HTTPS_PROXY: through }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY: through }, undefined],
  ])('%s with %j is %s', (address, env: Record<string, string>, expected) => {
    expect(proxyOf(address, { doing, env })).toBe(expected);
  });

  it.each([
    ['*', true],
    ['other, api.corp.shop', true],
    ['corp.shop', true],
    ['.corp.shop', true],
    ['*.corp.shop', true],
    ['API.corp.shop:6443', true],
    ['api.corp.shop:443', false],
    ['.api.corp.shop', false],
    ['orp.shop', false],
    ['shop.', false],
    [',', false],
  ])('is none when NO_PROXY is %s: %s', (list, isExempt) => {
    const address = 'https://api.corp.shop:6443';
    for (const name of ['NO_PROXY', 'no_proxy'])
      expect(proxyOf(address, { doing, env: { HTTPS_PROXY: through, [name]: list } })).toBe(
        isExempt ? undefined : through,
      );
  });

  it.each([
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://11.1.2.3', '10.0.0.0/8', false],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://10.1.2.3', '10.0.0.0/99', false],
    ['https://10.1.2.3', 'fd00::/8', false],
    ['https://[fd00::1]', 'fd00::/8', true],
    ['https://[fd00::1]:6443', 'fd00::1', true],
    ['https://[fd00::1]:6443', '[fd00::1]:443', false],
  ])('of the address %s with the network %s is none: %s', (address, list, isExempt) => {
    const env = { HTTPS_PROXY: through, NO_PROXY: list };
    expect(proxyOf(address, { doing, env })).toBe(isExempt ? undefined : through);
  });

  it('is the one that is named for it, also for this machine', () => {
    const env = { HTTPS_PROXY: through, NO_PROXY: '*' };
    expect(proxyOf('https://127.0.0.1', { named: 'socks5://other:1080', doing, env })).toBe('socks5://other:1080');
  });

  it.each(['http://', 'ftp://x', 'http://a b', 'http://me:secret@[x'])('%s is refused, and not shown', (text) => {
    const proxy = () => proxyOf('https://a', { doing, env: { HTTPS_PROXY: text } });
    expect(proxy).toThrow(expect.objectContaining({ facts: expect.objectContaining({ type: 'bad-proxy' }) }));
    expect(proxy).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret') }));
  });

  it('is told without its password', () => {
    expect(describeProxy('http://me:secret@proxy:3128/x')).toBe('http://proxy:3128');
  });
});

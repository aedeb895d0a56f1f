import fc from 'fast-check';
import { parseForgeRepository } from './forge-repository.ts';

const shop = { host: 'github.com', owner: 'acme', name: 'shop' };

describe('parseForgeRepository', () => {
  it.each([
    'https://github.com/acme/shop',
    'https://github.com/acme/shop.git',
    'https://github.com/acme/shop/',
    'https://ada:secret@GitHub.com:443/acme/shop.git',
    'http://github.com/acme/shop',
    'git@github.com:acme/shop.git',
    'github.com:acme/shop',
    'git@github.com:/acme/shop.git',
    'ssh://git@github.com/acme/shop.git',
    'ssh://git@github.com:22/acme/shop.git',
    'ssh://git@ssh.github.com:443/acme/shop.git',
    'git+ssh://git@github.com/acme/shop',
    'git://github.com/acme/shop.git',
  ])('%s', (address) => expect(parseForgeRepository(address)).toEqual(shop));

  it('finds those of other hosts, and names with dots', () => {
    expect(parseForgeRepository('https://git.acme.example:8443/the-team/my.shop_2.git')).toEqual({
      host: 'git.acme.example',
      owner: 'the-team',
      name: 'my.shop_2',
    });
  });

  it.each([
    '',
    '/srv/git/shop.git',
    './shop',
    'file:///srv/git/shop.git',
    'C:/repos/shop',
    'C:\\repos\\shop',
    'https://github.com/acme',
    'https://github.com/acme/shop/tree/main',
    'https://github.com/acme/..',
    'https://github.com/../shop',
    'https://github.com/acme/.git',
    'https://github.com/ac me/shop',
    'https://github.com/acme/shop?x=/a/b',
    'https://github.com/acme/shop#x',
    'https://github.com/acme%2f/shop',
    'https:///acme/shop',
    'https://evil.example\\@github.com/acme/shop',
    'https://-/acme/shop',
    'git@:acme/shop',
    'ext::sh -c touch% /tmp/x',
    `https://github.com/${'a'.repeat(101)}/shop`,
    `https://github.com/acme/${'a/'.repeat(5000)}`,
    'git@github.com:acme/shop\n.git',
  ])('finds none in %j', (address) => expect(parseForgeRepository(address)).toBeUndefined());

  it('gives back what an address was made of', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_-][\w.-]{0,60}$/).filter((text) => !text.endsWith('.git'));
    const host = fc.domain();
    const form = fc.constantFrom<(h: string, o: string, n: string) => string>(
      (h, o, n) => `https://${h}/${o}/${n}.git`,
      (h, o, n) => `git@${h}:${o}/${n}`,
      (h, o, n) => `ssh://git@${h}:2222/${o}/${n}.git`,
    );
    fc.assert(
      fc.property(form, host, part, part, (write, at, owner, name) => {
        expect(parseForgeRepository(write(at, owner, name))).toEqual({ host: at.toLowerCase(), owner, name });
      }),
    );
  });

  it('finds, in whatever it is given, nothing that would lead a path elsewhere', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^(https:\/\/|git@)?[a-z@:/.%?#\\ -]{0,40}$/));
    fc.assert(
      fc.property(text, (address) => {
        const found = parseForgeRepository(address);
        if (!found) return;
        const { pathname } = new URL(`https://api.example/repos/${found.owner}/${found.name}/releases`);
        expect(pathname).toBe(`/repos/${found.owner}/${found.name}/releases`);
        expect(new URL(`https://${found.host}`).hostname).toBe(found.host);
      }),
    );
  });
});

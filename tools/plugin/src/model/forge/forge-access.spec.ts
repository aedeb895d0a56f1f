import fc from 'fast-check';
import { findForgeAccess } from './forge-access.ts';

const token = 'ghp_secret';
const find = (origin: string | undefined, env: Record<string, string>) =>
  findForgeAccess(origin, { GITHUB_TOKEN: token, ...env });
const ofGitHub = { GITHUB_API_URL: 'https://api.github.com', GITHUB_SERVER_URL: 'https://github.com' };

describe('findForgeAccess', () => {
  it.each([
    ['https://github.com/acme/shop', {}, 'https://api.github.com'],
    ['git@github.com:acme/shop.git', ofGitHub, 'https://api.github.com'],
    [
      'git@git.acme.example:acme/shop',
      { GITHUB_SERVER_URL: 'https://git.acme.example' },
      'https://git.acme.example/api/v3',
    ],
    [
      'ssh://git@git.acme.example:22/a/b',
      { GITHUB_SERVER_URL: 'https://git.acme.example:8443/' },
      'https://git.acme.example:8443/api/v3',
    ],
    ['https://acme.ghe.com/a/b', { GITHUB_SERVER_URL: 'https://acme.ghe.com' }, 'https://api.acme.ghe.com'],
    [
      'https://git.acme.example/a/b',
      { GITHUB_API_URL: 'https://git.acme.example/api/v3/' },
      'https://git.acme.example/api/v3',
    ],
    ['https://acme.ghe.com/a/b', { GITHUB_API_URL: 'https://api.acme.ghe.com' }, 'https://api.acme.ghe.com'],
    ['http://127.0.0.1:3300/a/b', { GITHUB_API_URL: 'http://127.0.0.1:3300/api/v1' }, 'http://127.0.0.1:3300/api/v1'],
    [
      'https://git.acme.example/a/b',
      { GITHUB_API_URL: 'https://proxy.acme.example/github', GITHUB_SERVER_URL: 'https://git.acme.example' },
      'https://proxy.acme.example/github',
    ],
  ])('%s with %j: %s', (origin, env, api) => {
    expect(find(origin, env)).toMatchObject({ api, token });
  });

  it.each([
    [undefined, {}, 'there is no remote "origin"'],
    ['/srv/git/shop.git', {}, 'is not at GitHub'],
    ['https://github.com/acme/shop', { GITHUB_TOKEN: ' ' }, 'there is no GITHUB_TOKEN'],
    ['https://github.com/acme/shop', { GITHUB_TOKEN: '$(GITHUB_TOKEN)' }, 'a pipeline variable that is not set'],
    ['https://github.com/acme/shop', { GITHUB_TOKEN: 'a\nb' }, 'characters that are not allowed in a token'],
    ['https://git.acme.example/a/b', {}, 'GITHUB_SERVER_URL does not say'],
    ['https://git.acme.example/a/b', ofGitHub, 'the origin is at git.acme.example, GITHUB_API_URL at api.github.com'],
    ['https://git.acme.example/a/b', { GITHUB_SERVER_URL: 'https://github.com' }, 'GITHUB_SERVER_URL at github.com'],
    [
      'https://github.com/a/b',
      { GITHUB_API_URL: 'https://git.acme.example/api/v3' },
      'GITHUB_API_URL at git.acme.example',
    ],
    ['https://github.com/a/b', { GITHUB_API_URL: 'https://api.github.com.evil.example' }, 'GITHUB_API_URL at'],
    ['https://github.com/a/b', { GITHUB_API_URL: 'http://api.github.com' }, 'GITHUB_API_URL is not https'],
    ['https://github.com/a/b', { GITHUB_API_URL: 'api.github.com' }, 'GITHUB_API_URL is not a URL'],
    ['https://github.com/a/b', { GITHUB_API_URL: 'https://x@api.github.com' }, 'GITHUB_API_URL is not a URL'],
  ])('%s with %j: none, because %s', (origin, env, reason) => {
    const isElsewhere = /^there is no remote|is not at GitHub|GITHUB_SERVER_URL does not say/.test(reason);
    expect(find(origin, env)).toEqual({
      reason: expect.stringContaining(reason),
      ...(isElsewhere ? { isElsewhere } : {}),
    });
  });

  it('takes GH_TOKEN where there is no GITHUB_TOKEN', () => {
    const origin = 'https://github.com/acme/shop';
    expect(findForgeAccess(origin, { GH_TOKEN: 'b' })).toMatchObject({ token: 'b' });
    expect(findForgeAccess(origin, { GH_TOKEN: 'b', GITHUB_TOKEN: 'a' })).toMatchObject({ token: 'a' });
  });

  it('sends a token to no host but the one that was named with it', () => {
    const host = fc.constantFrom('github.com', 'api.github.com', 'git.acme.example', 'evil.example', 'x.ghe.com');
    const address = fc.option(
      host.map((name) => `https://${name}`),
      { nil: '' },
    );
    fc.assert(
      fc.property(host, address, address, (at, apiUrl, serverUrl) => {
        const access = find(`https://${at}/acme/shop`, { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl });
        if ('reason' in access) return;
        const named = [apiUrl, serverUrl].filter((text) => text !== '').map((text) => new URL(text).hostname);
        const known = named.length > 0 ? named : ['github.com'];
        expect(known.flatMap((name) => [name, `api.${name}`])).toContain(new URL(access.api).hostname);
      }),
    );
  });
});

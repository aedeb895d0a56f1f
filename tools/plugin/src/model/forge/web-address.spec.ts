import fc from 'fast-check';
import { webAddressOf } from './web-address.ts';

describe('webAddressOf', () => {
  it.each([
    ['https://github.com/o/r.git', 'https://github.com/o/r/pull/7'],
    ['https://github.com/o/r/', 'https://github.com/o/r/pull/7'],
    ['git@github.com:o/r.git', 'https://github.com/o/r/pull/7'],
    ['ssh://git@github.com:22/o/r.git', 'https://github.com/o/r/pull/7'],
    ['https://git.example:3000/o/r', 'https://git.example:3000/o/r/issues/7'],
    ['http://git.example:3000/o/r', 'http://git.example:3000/o/r/issues/7'],
    ['https://gitlab.com/a/b/c.git', 'https://gitlab.com/a/b/c/-/merge_requests/7'],
    [
      'https://dev.azure.com/org/My%20Project/_git/repo',
      'https://dev.azure.com/org/My%20Project/_git/repo/pullrequest/7',
    ],
    [
      'git@ssh.dev.azure.com:v3/org/My%20Project/repo',
      'https://dev.azure.com/org/My%20Project/_git/repo/pullrequest/7',
    ],
    ['https://x.example/a)b/[c](d)', 'https://x.example/a%29b/%5Bc%5D%28d%29/issues/7'],
  ])('%s', (origin, pullRequest) => {
    expect(webAddressOf(origin)?.pullRequest(7)).toBe(pullRequest);
    expect(webAddressOf(origin)?.commit('abc')).toMatch(/\/commit\/abc$/);
  });

  it.each([
    '/srv/git/shop.git',
    '../shop',
    'file:///srv/shop',
    'C:\\shop',
    'C:/shop',
    'git://x.example/a',
    '',
    'x',
    'ext::sh -c x',
  ])('knows none of %j', (origin) => expect(webAddressOf(origin)).toBeUndefined());

  it('makes nothing but addresses that end no link', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl().map((url) => `${url})](x`),
        ),
        (origin) => {
          const page = webAddressOf(origin)?.pullRequest(1) ?? 'https://none.example/';
          expect(page).toMatch(/^https?:\/\/[^\s()<>[\]"']+$/);
        },
      ),
    );
  });
});

import { withPublicAddresses } from './public-addresses.ts';

it.each([
  [
    '"resolved": "https://mirror.example/api/npm/ms/-/ms-2.1.2.tgz",',
    '"resolved": "https://registry.npmjs.org/ms/-/ms-2.1.2.tgz",',
  ],
  [
    'resolved "http://user:word@other.example:4873/@s/c/-/c-1.0.0.tgz#ab12"',
    'resolved "https://registry.npmjs.org/@s/c/-/c-1.0.0.tgz#ab12"',
  ],
  [
    'resolved "https://registry.yarnpkg.com/ms/-/ms-2.1.2.tgz#d09d"',
    'resolved "https://registry.yarnpkg.com/ms/-/ms-2.1.2.tgz#d09d"',
  ],
  ['"funding": { "url": "https://github.com/sponsors/x" }', '"funding": { "url": "https://github.com/sponsors/x" }'],
])('writes %s with a public address', (line, expected) => {
  expect(withPublicAddresses(line, 'https://mirror.example/api/npm')).toBe(expected);
});

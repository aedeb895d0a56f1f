import fc from 'fast-check';
import { Platform } from './platform.ts';

const parsed = (text: string) => Platform.parse(text)?.toString();

describe('Platform', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['Linux/aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/armhf', 'linux/arm/v7'],
    ['linux/arm/v6', 'linux/arm/v6'],
    ['windows/amd64', 'windows/amd64'],
  ])('reads %s as %s', (text, platform) => expect(parsed(text)).toBe(platform));

  it.each([
    '',
    'amd64',
    'linux/',
    'linux/amd64,linux/arm64',
    'linux/amd64 --push',
    'linux/arm/7',
    '/amd64',
    'linux//v7',
  ])('reads no platform in %j', (text) => expect(Platform.parse(text)).toBeUndefined());

  it('reads what it writes', () => {
    const words = fc.stringMatching(/^[a-z0-9_-]{1,8}$/);
    const variants = fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined });
    fc.assert(
      fc.property(words, variants, (architecture, variant) => {
        const platform = Platform.parse(`linux/${architecture}${variant === undefined ? '' : `/v${variant}`}`)!;
        expect(platform.equals(Platform.parse(platform.toString())!)).toBe(true);
      }),
    );
  });
});

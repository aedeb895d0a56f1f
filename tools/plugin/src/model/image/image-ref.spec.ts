import fc from 'fast-check';
import { ImageRef, parseDigest, type Digest } from './image-ref.ts';

const anyDigest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex): Digest => `sha256:${hex}`);
const anyRegistry = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('localhost', 'localhost:5000', 'registry:5000'),
      fc.domain(),
      fc.ipV4().map((ip) => `${ip}:5000`),
    ),
    fc.array(fc.stringMatching(/^[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,5}){0,2}$/), { maxLength: 3 }),
  )
  .map((parts) => parts.flat().join('/'));
const anyService = fc.stringMatching(/^[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9})?$/);

describe('ImageRef', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(anyRegistry, anyService, fc.option(anyDigest, { nil: undefined }), (registry, service, digest) => {
        const ref = ImageRef.of(registry, service, '20261124-1', digest);
        expect(ImageRef.parse(ref.toString())).toEqual(ref);
        expect(ref.tagged).toBe(`${registry}/${service}:20261124-1`);
      }),
    );
  });

  it('tells host, repository, tag and digest apart', () => {
    const digest: Digest = `sha256:${'0'.repeat(64)}`;
    expect(ImageRef.parse(`127.0.0.1:5000/team/orders:20261124-1@${digest}`)).toMatchObject({
      registry: '127.0.0.1:5000',
      repository: 'team/orders',
      tag: '20261124-1',
      digest,
    });
    expect(ImageRef.parse(`acr.example/orders@${digest}`)).toMatchObject({ tag: undefined, digest });
    expect(ImageRef.parse('acr.example/orders:1')!.withDigest(digest).toString()).toBe(
      `acr.example/orders:1@${digest}`,
    );
  });

  it.each([
    '',
    'orders',
    'orders:1',
    'team/orders',
    'acr.example/',
    'acr.example/Orders',
    'acr.example/orders:',
    'acr.example/orders@sha256:12',
    'https://acr.example/orders',
    'acr.example//orders',
    'user@acr.example/orders',
    'acr.example/orders:-x',
    'acr.example/a___b',
    'acr.example/orders:1\n',
  ])('refuses %j', (text) => expect(ImageRef.parse(text)).toBeUndefined());

  it('never throws, and never hangs, on hostile input', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void ImageRef.parse(text)));
    const start = performance.now();
    ImageRef.parse(`acr.example/${'a-'.repeat(20_000)}`);
    ImageRef.parse(`${'a.'.repeat(20_000)}/x`);
    ImageRef.parse(`acr.example/${'a/'.repeat(20_000)}:`);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('parseDigest', () => {
  it('takes a whole digest only', () => {
    fc.assert(fc.property(anyDigest, (digest) => expect(parseDigest(digest)).toBe(digest)));
    for (const text of [
      '',
      'sha256:',
      `sha256:${'0'.repeat(63)}`,
      `sha256:${'A'.repeat(64)}`,
      `sha512:${'0'.repeat(64)}`,
      `sha256:${'0'.repeat(64)}\n`,
    ])
      expect(parseDigest(text)).toBeUndefined();
  });
});

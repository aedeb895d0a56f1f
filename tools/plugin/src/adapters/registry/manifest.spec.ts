import fc from 'fast-check';
import type { Digest } from '../../model/image/image-ref.ts';
import { readLabels, readToken } from './json-answers.ts';
import { isIndex, mediaTypeOf, readManifest } from './manifest.ts';

const digestOf = (letter: string): Digest => `sha256:${letter.repeat(64)}`;
const listed = (letter: string, os: string, architecture: string) => ({
  digest: digestOf(letter),
  platform: { os, architecture },
});

describe('readManifest', () => {
  it('takes all images of an index, whatever their platforms, and no attestations', () => {
    const [arm, s390x] = [listed('a', 'linux', 'arm64'), listed('b', 'linux', 's390x')];
    const attestations = [
      listed('c', 'unknown', 'unknown'),
      { ...listed('d', 'linux', 'arm64'), annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } },
    ];
    const { images, manifests } = readManifest({ manifests: [attestations[0], arm, s390x, attestations[1]] });
    expect(images.map(({ platform }) => platform)).toEqual(['linux/arm64', 'linux/s390x']);
    expect(manifests).toHaveLength(4);
  });

  it('has the configuration and the layers of an image, and none that registries do not keep', () => {
    const [config, layer, foreign] = ['a', 'b', 'c'].map((letter) => ({ digest: digestOf(letter), size: 3 }));
    const elsewhere = {
      ...foreign,
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
      urls: ['https://x'],
    };
    const { config: read, blobs } = readManifest({ config, layers: [layer, elsewhere] });
    expect(read).toEqual({ digest: digestOf('a'), size: 3, mediaType: '' });
    expect(blobs.map(({ digest }) => digest)).toEqual([digestOf('a'), digestOf('b')]);
  });

  it.each([null, 1, 'x', {}, { config: {} }, { manifests: [] }, { config: { digest: 'x' } }])(
    'finds nothing in %j',
    (json) =>
      expect(readManifest(json)).toMatchObject({ config: undefined, blobs: [], manifests: [], subject: undefined }),
  );

  it('never throws, and leads to nothing but digests', () => {
    const part = fc.oneof(
      fc.jsonValue(),
      fc.record({ digest: fc.jsonValue(), platform: fc.jsonValue(), size: fc.jsonValue() }),
    );
    const parts = fc.oneof(fc.jsonValue(), fc.array(part));
    const fields = { config: part, manifests: parts, layers: parts, blobs: parts, subject: part };
    const any = fc.oneof(fc.jsonValue(), fc.record(fields, { requiredKeys: [] }));
    fc.assert(
      fc.property(any, (json) => {
        const { blobs, manifests, config, subject } = readManifest(json);
        for (const { digest, size } of [
          ...blobs,
          ...manifests,
          ...[config, subject].filter((each) => each !== undefined),
        ]) {
          expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
          expect(size).toBeGreaterThanOrEqual(0);
        }
        expect(mediaTypeOf(json, undefined)).not.toBe('');
        expect(typeof isIndex(json)).toBe('boolean');
        for (const label of Object.values(readLabels(json))) expect(typeof label).toBe('string');
        expect(readToken(json)).toMatch(/^[\x21-\x7e]*$/);
      }),
    );
  });
});

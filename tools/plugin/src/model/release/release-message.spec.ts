import fc from 'fast-check';
import { BuildNumber } from './build-number.ts';
import { parseReleaseMessage, releaseMessage } from './release-message.ts';
import { ReleaseTag } from './release-tag.ts';
import type { Release } from './release.ts';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const anyRelease = fc.record({
  service: fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/),
  buildNumber: fc.integer({ min: 1, max: 9999 }).map((revision) => BuildNumber.parse(`20261124-${revision}`)!),
  commit: hex(40),
  imageDigest: hex(64).map((text): `sha256:${string}` => `sha256:${text}`),
  contentHash: hex(64).map((text): `sha256:${string}` => `sha256:${text}`),
  dirty: fc.boolean(),
}) satisfies fc.Arbitrary<Release>;

const release: Release = {
  service: 'orders',
  buildNumber: BuildNumber.parse('20261124-1')!,
  commit: 'c'.repeat(40),
  imageDigest: `sha256:${'a'.repeat(64)}`,
  contentHash: `sha256:${'b'.repeat(64)}`,
  dirty: false,
};
const tag = new ReleaseTag('orders', release.buildNumber);
const read = (message: string) => parseReleaseMessage(tag, release.commit, message);

describe('message of a release tag', () => {
  it('reads back any release', () => {
    fc.assert(
      fc.property(anyRelease, (any) => {
        const itsTag = new ReleaseTag(any.service, any.buildNumber);
        expect(parseReleaseMessage(itsTag, any.commit, releaseMessage(any))).toEqual(any);
      }),
    );
  });

  it('survives carriage returns, a signature and an edited title', () => {
    const message = releaseMessage(release);
    expect(read(message.replaceAll('\n', '\r\n'))).toEqual(release);
    expect(read(`${message}-----BEGIN PGP SIGNATURE-----\n\nDirty: true\n-----END PGP SIGNATURE-----\n`)).toEqual(
      release,
    );
    expect(read(message.replace(/^.*\n/, 'Hello\n\nSome notes: here\n'))).toEqual(release);
  });

  it.each([
    ['an old tag', 'Release orders\n'],
    ['nothing', ''],
    ['another service', releaseMessage({ ...release, service: 'payments' })],
    ['another number', releaseMessage({ ...release, buildNumber: BuildNumber.parse('20261124-2')! })],
    ['half a digest', releaseMessage(release).replace('a'.repeat(64), 'a')],
    ['two digests', releaseMessage(release).replace('Dirty', `Image-Digest: sha256:${'d'.repeat(64)}\nDirty`)],
  ])('finds no release in %s', (_, message) => expect(read(message)).toBeUndefined());

  it('never throws on hostile input', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (message) => expect(read(message)).toBeUndefined()));
  });
});

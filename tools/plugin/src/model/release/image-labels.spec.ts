import fc from 'fast-check';
import { BuildNumber } from './build-number.ts';
import { ImageRef } from '../image/image-ref.ts';
import { imageLabels, parseImageLabels, type Build } from './image-labels.ts';

const build: Build = {
  service: 'orders',
  buildNumber: BuildNumber.parse('20261124-1')!,
  commit: 'c'.repeat(40),
  contentHash: `sha256:${'b'.repeat(64)}`,
  dirty: false,
};
const created = '2026-11-24T12:00:00Z';

describe('labels of an image', () => {
  it('tell what it is built on, and nothing that the base says of its own', () => {
    const base = ImageRef.parseDockerName('node:24')!;
    const pinned = base.withDigest(`sha256:${'d'.repeat(64)}`);
    const told = imageLabels({ build: { ...build, baseImages: [pinned] }, source: undefined, created, below: pinned });
    expect(told).toMatchObject({
      'org.opencontainers.image.base.name': 'docker.io/library/node:24',
      'org.opencontainers.image.base.digest': pinned.digest,
      'poc.dev/base-images': `docker.io/library/node:24@${pinned.digest}`,
    });
    expect(parseImageLabels(told)).toEqual({ ...build, baseImages: [pinned] });
    const untold = imageLabels({ build: { ...build, baseImages: [] }, source: undefined, created, below: base });
    expect(untold).toMatchObject({ 'org.opencontainers.image.base.digest': '', 'poc.dev/base-images': '' });
    expect(parseImageLabels(untold)).toEqual(build);
  });

  it('are those of the OCI image specification, and two of ours', () => {
    expect(imageLabels({ build, source: 'https://git.example/shop', created })).toEqual({
      'org.opencontainers.image.title': 'orders',
      'org.opencontainers.image.version': '20261124-1',
      'org.opencontainers.image.revision': build.commit,
      'org.opencontainers.image.source': 'https://git.example/shop',
      'org.opencontainers.image.created': created,
      'poc.dev/content-hash': build.contentHash,
      'poc.dev/dirty': 'false',
    });
    expect(imageLabels({ build, source: undefined, created })).not.toHaveProperty(['org.opencontainers.image.source']);
  });

  it('tell the build again', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.stringMatching(/^([0-9a-f]{40}|[0-9a-f]{64})$/), (dirty, commit) => {
        const any = { ...build, dirty, commit };
        expect(parseImageLabels(imageLabels({ build: any, source: undefined, created }))).toEqual(any);
      }),
    );
  });

  it('of another tool tell nothing', () => {
    const labels = imageLabels({ build, source: undefined, created });
    for (const name of ['title', 'version', 'revision'].map((key) => `org.opencontainers.image.${key}`))
      expect(parseImageLabels({ ...labels, [name]: '24.04' })).toBeUndefined();
    expect(parseImageLabels({})).toBeUndefined();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (any) => expect(parseImageLabels(any)).toBeUndefined()),
    );
  });
});

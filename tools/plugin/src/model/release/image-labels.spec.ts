import fc from 'fast-check';
import { BuildNumber } from './build-number.ts';
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

import fc from 'fast-check';
import { commonLabels, type PlatformLabels } from './common-labels.ts';

const revision = 'org.opencontainers.image.revision';
const of = (platform: string, labels: Record<string, string>): PlatformLabels => ({ platform, labels });

describe('commonLabels', () => {
  it('has what all have, and leaves out what base images say of themselves', () => {
    const arm = of('linux/arm64', { [revision]: 'a', architecture: 'aarch64', vendor: 'x' });
    const s390x = of('linux/s390x', { [revision]: 'a', architecture: 's390x', vendor: 'x' });
    expect(commonLabels([arm, s390x])).toEqual({ labels: { [revision]: 'a', vendor: 'x' } });
    expect(commonLabels([])).toEqual({ labels: {} });
  });

  it('says which differ of those that a build writes', () => {
    const images = [
      of('linux/arm64', { [revision]: 'a', 'poc.dev/dirty': 'false' }),
      of('linux/s390x', { [revision]: 'b' }),
    ];
    expect(commonLabels(images)).toEqual({
      differences: [
        `${revision} is "a" for linux/arm64, "b" for linux/s390x`,
        'poc.dev/dirty is "false" for linux/arm64, missing for linux/s390x',
      ],
    });
  });

  it('never says of one image what another does not say', () => {
    const labels = fc.dictionary(
      fc.constantFrom(revision, 'poc.dev/dirty', 'x', '__proto__', 'toString'),
      fc.constantFrom('1', '2'),
    );
    fc.assert(
      fc.property(fc.array(labels, { minLength: 1 }), (all) => {
        const found = commonLabels(all.map((each, index) => of(`p${index}`, each)));
        if ('differences' in found) return expect(found.differences).not.toEqual([]);
        for (const each of all)
          expect(Object.entries(each)).toEqual(expect.arrayContaining(Object.entries(found.labels)));
      }),
    );
  });
});

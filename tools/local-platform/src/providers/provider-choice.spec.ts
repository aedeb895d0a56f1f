import fc from 'fast-check';
import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import { chooseProvider, type Circumstances } from './provider-choice.ts';

const user: Circumstances = { docker: true, nodeImage: true, platform: 'darwin', isRoot: false };

describe('chooseProvider', () => {
  it.each<[string, Partial<Circumstances>, string]>([
    ['a Mac with Docker Desktop', {}, 'kind'],
    ['Linux', { platform: 'linux' }, 'kind'],
    ['root on Linux, as in a container of a pipeline', { platform: 'linux', isRoot: true }, 'kind'],
    ['root on Linux without a way to images', { platform: 'linux', isRoot: true, nodeImage: false }, 'built'],
    ['root on Linux without docker', { platform: 'linux', isRoot: true, docker: false, nodeImage: false }, 'built'],
  ])('takes for %s %j: %s', (_, given, provider) => {
    expect(chooseProvider({ ...user, ...given })).toBe(provider);
  });

  it.each<[string, Partial<Circumstances>, RegExp]>([
    ['no way to images', { nodeImage: false }, /neither pull kind's node image[^]*docker pull busybox/],
    ['no way to images on Linux', { platform: 'linux', nodeImage: false }, /needs Linux and root/],
    ['no docker', { docker: false, nodeImage: false }, /No docker server answers[^]*Start docker/],
    ['root on a Mac', { nodeImage: false, isRoot: true }, /--context=NAME/],
  ])('refuses with %s', (_, given, message) => {
    const choose = () => chooseProvider({ ...user, ...given });
    expect(choose).toThrow(Refusal);
    try {
      choose();
    } catch (error) {
      expect((error as Refusal).explain()).toMatch(message);
    }
  });

  it('builds Kubernetes only as root, and never where kind is possible', () => {
    const circumstances = fc.record({
      docker: fc.boolean(),
      nodeImage: fc.boolean(),
      platform: fc.constantFrom('linux', 'darwin', 'win32'),
      isRoot: fc.boolean(),
    });
    fc.assert(
      fc.property(circumstances, (given) => {
        let chosen: string | undefined;
        try {
          chosen = chooseProvider(given);
        } catch {
          // Refused.
        }
        expect(chosen === 'kind').toBe(given.docker && given.nodeImage);
        if (chosen === 'built') expect(given).toMatchObject({ platform: 'linux', isRoot: true });
      }),
    );
  });
});

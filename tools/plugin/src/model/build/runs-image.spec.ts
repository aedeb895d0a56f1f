import fc from 'fast-check';
import { knownPlatforms, platformMistake } from './platform-mistake.ts';
import { Platform } from './platform.ts';
import { distinctPlatforms, listPlatforms, runsImage } from './runs-image.ts';

const of = (name: string) => Platform.parse(name)!;
const known = fc.constantFrom(...knownPlatforms).map(of);

describe('runsImage', () => {
  // As `platforms.Only` of containerd: what a machine runs, and what it does not.
  it.each([
    ['linux/amd64', ['linux/amd64', 'linux/386'], ['linux/arm64', 'linux/amd64/v2', 'windows/amd64']],
    ['linux/amd64/v3', ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v3', 'linux/386'], ['linux/amd64/v4']],
    [
      'linux/arm64',
      ['linux/arm64/v8', 'linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5'],
      ['linux/amd64', 'linux/arm64/v9'],
    ],
    ['linux/arm/v7', ['linux/arm', 'linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5'], ['linux/arm64', 'linux/arm/v8']],
    ['linux/arm/v6', ['linux/arm/v6', 'linux/arm/v5'], ['linux/arm/v7']],
    ['linux/386', ['linux/386'], ['linux/amd64']],
    ['windows/amd64', ['windows/amd64'], ['linux/amd64']],
  ])('%s', (machine, runs, runsNot) => {
    for (const image of runs) expect([image, runsImage(of(machine), of(image))]).toEqual([image, true]);
    for (const image of runsNot) expect([image, runsImage(of(machine), of(image))]).toEqual([image, false]);
  });

  it('lets each machine run its own, and none that of another system', () => {
    fc.assert(fc.property(known, (machine) => expect(runsImage(machine, machine)).toBe(true)));
    fc.assert(fc.property(known, known, (machine, image) => machine.os === image.os || !runsImage(machine, image)));
  });
});

it('names platforms each once, in one order, whatever they came in', () => {
  fc.assert(
    fc.property(fc.array(known), (platforms) => {
      const names = distinctPlatforms(platforms).map(String);
      expect(names).toEqual([...new Set(platforms.map(String))].sort());
      expect(distinctPlatforms([...platforms].reverse()).map(String)).toEqual(names);
    }),
  );
  expect(listPlatforms(['linux/amd64'].map(of))).toBe('linux/amd64');
  expect(listPlatforms(['linux/386', 'linux/amd64', 'linux/arm64'].map(of))).toBe(
    'linux/386, linux/amd64 and linux/arm64',
  );
});

describe('platformMistake', () => {
  const mistakeOf = (text: string) =>
    platformMistake(text, (misspelt) => (misspelt === 'linux/amd46' ? 'Did you mean …?' : ''));

  it('finds none in any platform that there is', () => {
    for (const name of [...knownPlatforms, 'linux/x86_64', 'linux/arm64/v9', 'linux/amd64/v3'])
      expect(mistakeOf(name)).toBeUndefined();
  });

  it.each([
    ['linux/amd46', 'there is no platform "linux/amd46". Did you mean …?'],
    ['arm64', 'there is no platform "arm64". Platforms are linux/amd64, linux/arm64, linux/arm/v7 and the like.'],
    [
      'darwin/arm64',
      'there is no platform "darwin/arm64". Platforms are linux/amd64, linux/arm64, linux/arm/v7 and the like.',
    ],
  ])('says of %s what it is', (text, says) => expect(mistakeOf(text)).toBe(says));
});

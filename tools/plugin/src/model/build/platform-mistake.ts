import { Platform } from './platform.ts';

/** Platforms that images are built for, by their usual names: those that BuildKit and Go know. */
export const knownPlatforms: readonly string[] = [
  'linux/amd64',
  'linux/arm64',
  'linux/arm/v7',
  'linux/arm/v6',
  'linux/arm/v5',
  'linux/386',
  'linux/ppc64le',
  'linux/s390x',
  'linux/riscv64',
  'linux/loong64',
  'linux/mips64le',
  'windows/amd64',
  'windows/arm64',
];

/**
 * Returns why a text names no platform that there is, as a sentence; undefined when it names one.
 * @param suggest returns the nearest of known names as a sentence, or the empty text.
 */
export function platformMistake(
  text: string,
  suggest: (misspelt: string, known: readonly string[]) => string,
): string | undefined {
  const platform = Platform.parse(text);
  if (platform && knownPlatforms.some((known) => isKindOf(platform, Platform.parse(known)!))) return undefined;
  return `there is no platform "${text}". ${suggest(text, knownPlatforms) || `Platforms are ${knownPlatforms.slice(0, 3).join(', ')} and the like.`}`;
}

/** Variants come and go; operating systems and processors hardly ever. */
function isKindOf(platform: Platform, known: Platform): boolean {
  return platform.os === known.os && platform.architecture === known.architecture;
}

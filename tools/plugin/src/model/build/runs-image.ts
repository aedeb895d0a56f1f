import { Platform } from './platform.ts';

/** Processors of 64 bits that may run what was built for one of 32, which is tried last, as the architectures are named. */
const narrower: Readonly<Record<string, readonly string[]>> = {
  amd64: ['386'],
  arm64: ['arm/v8', 'arm/v7', 'arm/v6', 'arm/v5'],
};

/**
 * Reports whether a machine runs images for a platform, by the rules with which containerd chooses one: of a processor with
 * variants all that came before its own, and on 64 bits those for 32. What a machine might do by emulation does not count.
 */
export function runsImage(machine: Platform, image: Platform): boolean {
  if (machine.os !== image.os) return false;
  if (machine.architecture === image.architecture) return generationOf(image) <= generationOf(machine);
  const { architecture, variant } = image;
  const name = [architecture, variant].filter((word) => word !== undefined).join('/');
  return narrower[machine.architecture]?.includes(name) ?? false;
}

/** Returns those of some platforms each once, in the order of their names. */
export function distinctPlatforms(platforms: readonly Platform[]): Platform[] {
  const names = [...new Set(platforms.map(String))].sort();
  return names.map((name) => Platform.parse(name)!);
}

/** `linux/amd64 and linux/arm64`. */
export function listPlatforms(platforms: readonly Platform[]): string {
  const names = platforms.map(String);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The number of a variant; that which is usual has none, and is the first of amd64 (v1) and of arm64 (v8). */
function generationOf({ architecture, variant }: Platform): number {
  if (variant !== undefined) return Number(variant.slice(1));
  return architecture === 'arm64' ? 8 : 1;
}

import type { ImageBuild } from '../../ports/container-engine.ts';

type PlatformBuild = Pick<ImageBuild, 'settings' | 'sourceDate' | 'labels'>;

/** The platforms of an image; none for the builder's own. */
export function platformArguments({ settings: { platforms } }: Pick<ImageBuild, 'settings'>): string[] {
  return platforms.length === 0 ? [] : [`--platform=${platforms.join(',')}`];
}

/**
 * Returns the arguments that make buildx write an image into a folder, of one platform or of several: nothing of it is in a registry or in a
 * store of docker's then. What was said of how it was built would stand in the index beside it, and differ each time.
 */
export function layoutArguments(build: PlatformBuild, folder: string): string[] {
  const output = ['type=oci', `dest=${folder}`, 'tar=false', 'rewrite-timestamp=true'];
  const parts = build.settings.platforms.length > 1 ? 'index,manifest' : 'manifest';
  return [
    `--output=${output.map(csvField).join(',')}`,
    '--sbom=false',
    ...Object.entries(build.labels).map(([name, value]) => `--annotation=${parts}:${name}=${value}`),
  ];
}

/** The environment by which BuildKit takes the time of everything in an image, where a build has no argument of that name. */
export function sourceDateEnvironment({ sourceDate }: Pick<ImageBuild, 'sourceDate'>): Record<string, string> {
  return { SOURCE_DATE_EPOCH: String(secondsOf(sourceDate)) };
}

/** Seconds since 1970. */
export function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** Writes a text as one value of an option that takes several, divided by commas. */
export function csvField(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

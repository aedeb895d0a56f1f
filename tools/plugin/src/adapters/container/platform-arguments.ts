import type { ImageBuild } from '../../ports/container-engine.ts';
import type { UntaggedPush } from './untagged-images.ts';

type PlatformBuild = Pick<ImageBuild, 'settings' | 'sourceDate' | 'labels'>;

/** The platforms of an image; none for the builder's own. */
export function platformArguments({ settings: { platforms } }: Pick<ImageBuild, 'settings'>): string[] {
  return platforms.length === 0 ? [] : [`--platform=${platforms.join(',')}`];
}

/** Where buildx puts an image: a folder, or repositories, in which it then is by its digest alone. */
export type ImageOutput = { readonly layout: string } | { readonly push: UntaggedPush };

/**
 * Returns the arguments that make buildx write an image, of one platform or of several, to where it has no name. Either way it is the same
 * to the byte. What was said of how it was built would stand in the index beside it, and differ each time.
 */
export function outputArguments(build: PlatformBuild, to: ImageOutput): string[] {
  const fields =
    'layout' in to
      ? ['type=oci', `dest=${to.layout}`, 'tar=false']
      : [
          'type=image',
          `name=${to.push.repositories.join(',')}`,
          ...['push=true', 'push-by-digest=true', 'store=false', 'oci-mediatypes=true'],
        ];
  const parts = build.settings.platforms.length > 1 ? 'index,manifest' : 'manifest';
  return [
    `--output=${[...fields, 'rewrite-timestamp=true'].map(csvField).join(',')}`,
    ...('push' in to ? [`--metadata-file=${to.push.metadataFile}`] : []),
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

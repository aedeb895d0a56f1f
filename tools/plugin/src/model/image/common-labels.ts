/** The image that an index has for one platform. */
export interface PlatformLabels {
  /** `linux/arm64`. */
  readonly platform: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Labels of all images of an index, or in what those differ that must be the same. */
export type CommonLabels =
  | { readonly labels: Readonly<Record<string, string>> }
  /** `org.opencontainers.image.revision is "a" for linux/amd64, missing for linux/s390x`. */
  | { readonly differences: readonly string[] };

/** Labels that say what an image was built as: one build labels the images of all its platforms alike. */
const labelsOfBuilds = /^(org\.opencontainers\.image\.(title|version|revision|source|created)|poc\.dev\/.*)$/;

/**
 * Returns the labels that the images of an index have in common. What their base images say of themselves, such as the
 * architecture, may differ; what was built may not.
 */
export function commonLabels(images: readonly PlatformLabels[]): CommonLabels {
  const names = [...new Set(images.flatMap(({ labels }) => Object.keys(labels)))];
  const valuesOf = (name: string) =>
    images.map(({ labels }) => (Object.hasOwn(labels, name) ? labels[name] : undefined));
  const isCommon = (name: string) => new Set(valuesOf(name)).size === 1;
  const differences = names
    .filter((name) => labelsOfBuilds.test(name) && !isCommon(name))
    .map(
      (name) =>
        `${name} is ${valuesOf(name)
          .map((value, index) => describe(value, images[index]!))
          .join(', ')}`,
    );
  if (differences.length > 0) return { differences };
  const [first] = images;
  const common = Object.entries(first?.labels ?? {}).filter(([name]) => isCommon(name));
  return { labels: Object.fromEntries(common) };
}

function describe(value: string | undefined, { platform }: PlatformLabels): string {
  return `${value === undefined ? 'missing' : JSON.stringify(value)} for ${platform}`;
}

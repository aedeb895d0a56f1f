/** An image's content address, `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** @returns the digest that the text denotes, or undefined when it is none. */
export function parseDigest(text: string): Digest | undefined {
  return /^sha256:[0-9a-f]{64}$/.test(text) ? (text as Digest) : undefined;
}

/** Where an image is: `127.0.0.1:5000/orders:20261124-1@sha256:…`. Grammar: the OCI distribution specification's. */
export class ImageRef {
  /** Host, and port where there is one. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;

  private constructor(registry: string, repository: string, tag: string | undefined, digest: Digest | undefined) {
    this.registry = registry;
    this.repository = repository;
    this.tag = tag;
    this.digest = digest;
  }

  /**
   * The image of a service's build in an environment's registry.
   * @param registry host with or without a path under which the team's images live: `acr.example/team`.
   */
  static of(registry: string, service: string, tag: string, digest?: Digest): ImageRef {
    const [host = '', ...path] = registry.split('/');
    return new ImageRef(host, [...path, service].join('/'), tag, digest);
  }

  /** @returns the reference that the text denotes, or undefined. A registry's host must be written out. */
  static parse(text: string): ImageRef | undefined {
    const match =
      /^([^/@]+)\/([a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(
        text,
      );
    const [, registry = '', repository = '', tag, digest] = match ?? [];
    if (!isRegistryHost(registry)) return undefined;
    return new ImageRef(registry, repository, tag, digest as Digest | undefined);
  }

  /**
   * The reference that docker understands by a name in a Dockerfile: `node` is `docker.io/library/node:latest`.
   * @returns undefined for what names no image.
   */
  static parseDockerName(text: string): ImageRef | undefined {
    const [first = '', ...others] = text.split('/');
    const hasHost = others.length > 0 && (/[.:A-Z]/.test(first) || first === 'localhost');
    const host = !hasHost || first === 'index.docker.io' ? 'docker.io' : first;
    const path = (hasHost ? others : [first, ...others]).join('/');
    const isOfficial = host === 'docker.io' && !path.includes('/');
    const hasVersion = /@|:[^/]*$/.test(path);
    return ImageRef.parse(`${host}/${isOfficial ? 'library/' : ''}${path}${hasVersion ? '' : ':latest'}`);
  }

  withDigest(digest: Digest): ImageRef & { readonly digest: Digest } {
    const pinned = new ImageRef(this.registry, this.repository, this.tag, digest);
    return pinned as ImageRef & { readonly digest: Digest };
  }

  /** The same by its tag alone. */
  withoutDigest(): ImageRef {
    return new ImageRef(this.registry, this.repository, this.tag, undefined);
  }

  /** Registry, repository and tag, without the digest: what an engine builds and pushes. */
  get tagged(): string {
    return `${this.registry}/${this.repository}${this.tag === undefined ? '' : `:${this.tag}`}`;
  }

  /** Registry, repository and tag as Dockerfiles have them: of Docker Hub's images, `node:24`. */
  get dockerName(): string {
    return this.tagged.replace(/^docker\.io\/(library\/)?/, '');
  }

  toString(): string {
    return `${this.tagged}${this.digest === undefined ? '' : `@${this.digest}`}`;
  }
}

/** A host is told from a path as docker does: it has a dot or a port, or is `localhost`. */
function isRegistryHost(text: string): boolean {
  return /^(localhost|[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9.-]+(?=:))(:\d{1,5})?$/.test(text);
}

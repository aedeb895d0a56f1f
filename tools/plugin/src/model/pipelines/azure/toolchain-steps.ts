import { nxVariables } from '../nx-command.ts';
import { comparesPackages, programCommand, type PackageManager } from '../package-manager.ts';
import type { PipelineFacts, PipelineToolchain } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';

/** Why a job builds: what it only checks, it may take from any cache; what it releases, from those that a lock file vouches for. */
export type BuildPurpose = 'check' | 'release';

/** How a language is set up, and where it keeps packages. */
interface AzureToolchain {
  readonly displayName: string;
  /** Returns the task that sets up a version. */
  setUp(version: string): Yaml;
  /** The variable that names the folder of its packages, and that folder. */
  readonly packages: { readonly variable: string; readonly folder: string };
}

const packageFolder = (name: string) => `$(Pipeline.Workspace)/.packages/${name}`;

const azureToolchains: Readonly<Record<PipelineToolchain['language'], AzureToolchain>> = {
  dotnet: {
    displayName: '.NET',
    setUp: (version) => yaml`
      - task: UseDotNet@2
        displayName: Install .NET ${version}
        inputs:
          packageType: sdk
          version: ${version}
    `,
    packages: { variable: 'NUGET_PACKAGES', folder: packageFolder('nuget') },
  },
  go: {
    displayName: 'Go',
    setUp: (version) => yaml`
      - task: GoTool@0
        displayName: Install Go ${version}
        inputs:
          version: ${version}
    `,
    packages: { variable: 'GOMODCACHE', folder: packageFolder('go') },
  },
  python: {
    displayName: 'Python',
    setUp: (version) => yaml`
      - task: UsePythonVersion@0
        displayName: Install Python ${version}
        inputs:
          versionSpec: ${version}
    `,
    packages: { variable: 'PIP_CACHE_DIR', folder: packageFolder('pip') },
  },
};

const npmPackages = { variable: 'npm_config_cache', folder: packageFolder('npm') };
/** Those of package managers, whose packages are compared with the lock file, wherever they come from. */
const nodePackages: Readonly<Partial<Record<PackageManager['name'], AzureToolchain['packages']>>> = {
  npm: npmPackages,
  // Its store lies in there.
  pnpm: { variable: 'PNPM_HOME', folder: packageFolder('pnpm') },
  yarn: { variable: 'YARN_GLOBAL_FOLDER', folder: packageFolder('yarn') },
};

function packagesOf(packageManager: PackageManager): AzureToolchain['packages'][] {
  return comparesPackages(packageManager) ? [nodePackages[packageManager.name]].flatMap((each) => each ?? []) : [];
}

/**
 * Returns the variables of Nx, and those that name the folders of packages, as the items of a pipeline's `variables`.
 * @param purpose why its jobs build, if any does.
 */
export function jobVariables({ toolchains, packageManager }: PipelineFacts, purpose?: BuildPurpose): Yaml {
  const kept = keptToolchains(toolchains, purpose).map(({ language }) => azureToolchains[language].packages);
  const ofNode = packagesOf(packageManager);
  return yaml`
    ${[
      ...Object.entries(nxVariables),
      ...[...ofNode, ...kept].map(({ variable, folder }) => [variable, folder] as const),
    ].map(
      ([name, value]) => yaml`
        - name: ${name}
          value: ${value}
      `,
    )}
  `;
}

/** Returns the step that installs Node.js. */
export function nodeStep({ node }: PipelineFacts): Yaml {
  return yaml`
    - task: NodeTool@0
      displayName: Install Node.js
      inputs:
        versionSpec: ${node.version}
  `;
}

/** Returns the steps that install the package manager, where it is not npm, and keep its packages between runs. */
export function packageManagerSteps({ packageManager }: PipelineFacts): Yaml[] {
  const { name, lockFile } = packageManager;
  const command = programCommand(packageManager);
  const install = yaml`
    - script: ${command}
      displayName: Install ${displayNames[name]}
  `;
  return [
    ...(command === undefined ? [] : [install]),
    ...packagesOf(packageManager).map(({ variable }) => cacheStep(displayNames[name], variable, [lockFile])),
  ];
}

const displayNames: Readonly<Record<PackageManager['name'], string>> = {
  npm: 'npm',
  pnpm: 'pnpm',
  yarn: 'Yarn',
  'yarn-classic': 'Yarn',
  bun: 'Bun',
};

/** Returns the steps that set up what services are built with beside Node.js, for jobs that build. */
export function toolchainSteps({ toolchains }: PipelineFacts, purpose: BuildPurpose | undefined): Yaml[] {
  if (purpose === undefined) return [];
  const kept = keptToolchains(toolchains, purpose);
  const folders = kept.map(({ language }) => `"$(${azureToolchains[language].packages.variable})"`);
  // A cache whose folder is not there fails a job at its end, as after a job that installed no package.
  const makeFolders = yaml`
    - script: mkdir -p ${folders.join(' ')}
      displayName: Make the folders of packages
  `;
  return [
    ...toolchains.flatMap(({ language, versions }) =>
      versions.map(({ version }) => azureToolchains[language].setUp(version)),
    ),
    ...kept.map(({ language, lockFiles }) => {
      const { displayName, packages } = azureToolchains[language];
      return cacheStep(displayName, packages.variable, lockFiles);
    }),
    ...(kept.length > 0 ? [makeFolders] : []),
  ];
}

/** Returns the languages whose packages are kept between runs. */
function keptToolchains(
  toolchains: readonly PipelineToolchain[],
  purpose: BuildPurpose | undefined,
): PipelineToolchain[] {
  return toolchains.filter(
    ({ lockFiles, isVerified }) =>
      lockFiles.length > 0 && (purpose === 'check' || (purpose === 'release' && isVerified)),
  );
}

function cacheStep(name: string, variable: string, lockFiles: readonly string[]): Yaml {
  return yaml`
    - task: Cache@2
      displayName: Keep packages of ${name}
      inputs:
        key: ${`"${name}" | "$(Agent.OS)" | ${lockFiles.join(', ')}`}
        path: $(${variable})
  `;
}

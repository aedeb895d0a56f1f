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

/** npm's, whose packages `npm ci` compares with the lock file, wherever they come from. */
const npmPackages = { variable: 'npm_config_cache', folder: packageFolder('npm') };

/**
 * Returns the variables that name the folders of packages, as the items of a pipeline's `variables`.
 * @param purpose why its jobs build, if any does.
 */
export function packageVariables({ toolchains }: PipelineFacts, purpose?: BuildPurpose): Yaml {
  const kept = keptToolchains(toolchains, purpose).map(({ language }) => azureToolchains[language].packages);
  return yaml`
    ${[npmPackages, ...kept].map(
      ({ variable, folder }) => yaml`
        - name: ${variable}
          value: ${folder}
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

/** Returns the step that keeps npm's packages between runs. */
export function npmCacheStep(): Yaml {
  return cacheStep('npm', npmPackages.variable, ['package-lock.json']);
}

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

import { generatedHeader } from '../generated-file.ts';
import type { PipelineToolchain } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { pinnedActions } from './pinned-actions.ts';

/** Returns the action of the languages: it sets up what services are built with. Needs one language at least. */
export function toolchainsAction(toolchains: readonly PipelineToolchain[]): Yaml {
  return yaml`
    ${generatedHeader}
    #
    # Sets up what services are built with beside Node.js, for jobs that build. The steps of a language come with its first service and
    # go with its last. A version is read from the language's own file where its action can read it.
    name: toolchains
    description: Sets up the languages that services are built with
    inputs:
      cache:
        description: >-
          Whether to keep between runs also what is not compared with a lock file again, such as what a compiler made; not for
          jobs that release what they build
        default: 'false'
    runs:
      using: composite
      steps:
        ${toolchains.map((toolchain) => steps[toolchain.language](toolchain))}
  `;
}

const steps: Readonly<Record<PipelineToolchain['language'], (toolchain: PipelineToolchain) => Yaml>> = {
  dotnet: dotnetSteps,
  go: goSteps,
  python: pythonSteps,
};

function goSteps({ versions: [version], lockFiles }: PipelineToolchain): Yaml {
  return yaml`
    - uses: ${pinnedActions.setupGo}
      with:
        go-version: ${version!.file === undefined ? version!.version : undefined}
        go-version-file: ${version!.file}
        ${lockFiles.length === 0 ? yaml`cache: false` : cacheOf('${{ inputs.cache }}', lockFiles)}
  `;
}

function pythonSteps({ versions: [version], lockFiles, isVerified }: PipelineToolchain): Yaml {
  const cache = isVerified ? 'pip' : "${{ inputs.cache == 'true' && 'pip' || '' }}";
  return yaml`
    - uses: ${pinnedActions.setupPython}
      with:
        python-version: ${version!.file === undefined ? version!.version : undefined}
        python-version-file: ${version!.file}
        ${lockFiles.length === 0 ? undefined : cacheOf(cache, lockFiles)}
    ${lockFiles.length === 0 ? undefined : folderStep('$(pip cache dir)')}
  `;
}

/** The action reads one `global.json`, so that there is a step for each. */
function dotnetSteps({ versions, lockFiles }: PipelineToolchain): Yaml {
  const setups = versions.map(({ version, file }, index) => {
    const isLast = index === versions.length - 1;
    return yaml`
      - uses: ${pinnedActions.setupDotnet}
        with:
          dotnet-version: ${file === undefined ? version : undefined}
          global-json-file: ${file}
          ${isLast && lockFiles.length > 0 ? cacheOf('${{ inputs.cache }}', lockFiles) : undefined}
    `;
  });
  return yaml`
    ${setups}
    ${lockFiles.length === 0 ? undefined : folderStep('${NUGET_PACKAGES:-$HOME/.nuget/packages}')}
  `;
}

function cacheOf(cache: string, lockFiles: readonly string[]): Yaml {
  return yaml`
    cache: ${cache}
    cache-dependency-path: |
      ${lockFiles.join('\n')}
  `;
}

/** The action fails a job at its end when the folder of its cache is not there, as after a job that installed no package. */
function folderStep(folder: string): Yaml {
  return yaml`
    - run: mkdir -p "${folder}"
      shell: bash
  `;
}

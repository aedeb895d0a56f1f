import { customRegion } from '../custom-region.ts';
import { generatedHeader } from '../generated-file.ts';
import { comparesPackages, installCommand, programCommand } from '../package-manager.ts';
import type { PipelineFacts } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { pinnedActions } from './pinned-actions.ts';

/** Returns `.github/actions/workspace/action.yml`: it does what every job needs between checkout and its command. */
export function workspaceAction({ node, packageManager, folder }: PipelineFacts): Yaml {
  const cache = comparesPackages(packageManager) ? packageManager.name : undefined;
  const program = programCommand(packageManager);
  const setUpNode = (kept: string | undefined) => yaml`
    - uses: ${pinnedActions.setupNode}
      with:
        node-version: ${node.file === undefined ? node.version : undefined}
        node-version-file: ${node.file}
        cache: ${kept}
        cache-dependency-path: ${kept === undefined || folder === '' ? undefined : packageManager.lockFile}
  `;
  // The cache is found by asking the package manager, which needs Node.js itself.
  // Nor is there a lock file of what comes before the one that reads the lock file: its version is named, and zizmor is told.
  const installProgram = yaml`
    - run: ${yaml`${program ?? ''} # zizmor: ignore[adhoc-packages]`}
      shell: bash
    ${cache === undefined ? [] : setUpNode(cache)}
  `;
  const packages =
    cache === undefined
      ? 'packages, without a cache'
      : `packages, whose cache is compared with ${packageManager.lockFile}`;
  return yaml`
    ${generatedHeader}
    #
    # Makes a checkout ready for Nx: Node.js and ${packages}. No package runs a script of
    # its own when it is installed: one that must is named in the region (npm rebuild NAME). What every job needs besides goes there,
    # too, once for all workflows; what needs a secret goes into the region of its job.
    name: workspace
    description: Makes a checkout ready for Nx
    runs:
      using: composite
      steps:
        ${setUpNode(program === undefined ? cache : undefined)}
        ${program === undefined ? [] : installProgram}
        - run: ${installCommand(packageManager)}
          shell: bash
          working-directory: ${folder === '' ? undefined : folder}
        ${customRegion('setup')}
  `;
}

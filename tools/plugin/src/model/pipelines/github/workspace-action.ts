import { customRegion } from '../custom-region.ts';
import { generatedHeader } from '../generated-file.ts';
import { installCommand } from '../nx-command.ts';
import type { PipelineVersion } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { pinnedActions } from './pinned-actions.ts';

/** Returns `.github/actions/workspace/action.yml`: it does what every job needs between checkout and its command. */
export function workspaceAction({ version, file }: PipelineVersion): Yaml {
  return yaml`
    ${generatedHeader}
    #
    # Makes a checkout ready for Nx: Node.js and packages, whose cache is compared with package-lock.json. No package runs a script of
    # its own when it is installed: one that must is named in the region (npm rebuild NAME). What every job needs besides goes there,
    # too, once for all workflows; what needs a secret goes into the region of its job.
    name: workspace
    description: Makes a checkout ready for Nx
    runs:
      using: composite
      steps:
        - uses: ${pinnedActions.setupNode}
          with:
            node-version: ${file === undefined ? version : undefined}
            node-version-file: ${file}
            cache: npm
        - run: ${installCommand}
          shell: bash
        ${customRegion('setup')}
  `;
}

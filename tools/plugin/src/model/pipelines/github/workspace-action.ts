import { customRegion } from '../custom-region.ts';
import { generatedHeader } from '../generated-file.ts';
import type { PipelineVersion } from '../pipeline-facts.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { pinnedActions } from './pinned-actions.ts';

/** Returns `.github/actions/workspace/action.yml`: it does what every job needs between checkout and its command. */
export function workspaceAction({ version, file }: PipelineVersion): Yaml {
  return yaml`
    ${generatedHeader}
    #
    # Makes a checkout ready for Nx: Node.js and packages, whose cache is compared with package-lock.json. What every job needs besides
    # goes into the region, once for all workflows; what needs a secret goes into the region of its job.
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
        - run: npm ci
          shell: bash
        ${customRegion('setup')}
  `;
}

import { customRegion } from '../custom-region.ts';
import { generatedHeader } from '../generated-file.ts';
import { yaml, type Yaml } from '../yaml-template.ts';
import { pinnedActions } from './pinned-actions.ts';

/** Returns `.github/actions/workspace/action.yml`: it does what every job needs between checkout and its command. */
export function workspaceAction(): Yaml {
  return yaml`
    ${generatedHeader}
    #
    # Makes a checkout ready for Nx. What every job needs besides, such as the tools of a stack, goes into the region, once for all
    # workflows; what needs a secret goes into the region of its job. Nothing is cached: what a pull request had put into a cache could
    # get into an image.
    name: workspace
    description: Makes a checkout ready for Nx
    runs:
      using: composite
      steps:
        - uses: ${pinnedActions.setupNode}
          with:
            node-version: '24'
            package-manager-cache: false
        - run: npm ci
          shell: bash
        ${customRegion('setup')}
  `;
}

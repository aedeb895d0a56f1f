import { pinnedActions } from './pinned-actions.ts';
import { customRegion, workflowHeader } from './workflow-file.ts';

/** `.github/actions/workspace/action.yml`: what every job does between checkout and its command. */
export function workspaceAction(): string {
  return [
    workflowHeader(
      'Makes a checkout ready for Nx. What every job needs besides, such as the tools of a stack, goes into the region, once for all',
      'workflows; what needs a secret goes into the region of its job. Nothing is cached: what a pull request had put into a cache could',
      'get into an image.',
    ),
    'name: workspace',
    'description: Makes a checkout ready for Nx',
    'runs:',
    '  using: composite',
    '  steps:',
    `    - uses: ${pinnedActions.setupNode}`,
    '      with:',
    "        node-version: '24'",
    '        package-manager-cache: false',
    '    - run: npm ci',
    '      shell: bash',
    ...customRegion('setup').map((line) => `    ${line}`),
    '',
  ].join('\n');
}

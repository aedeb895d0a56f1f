import { entry } from './error-entry.ts';

/** Types of errors of how the plugin is set up in a workspace. */
export const workspaceErrors = {
  'bad-plugin-options': entry(
    "The plugin's options in `nx.json` have mistakes.",
    'Correct them; [Options in nx.json](reference/plugin-options.md) has all.',
  ),
  'target-taken': entry(
    'A target of the plugin is hidden by another one of the same name.',
    'Rename the other one, or set `targetPrefix` in `nx.json`.',
  ),
  'cached-target': entry(
    'Nx would use the cached result of a target, and deploy nothing.',
    'Set `cache: false` for it, or `targetPrefix` in `nx.json`.',
  ),
  'service-name-twice': entry(
    'Two projects would be services of one name.',
    'Give one of them another name, by the option `service` of its target `release`.',
  ),
} as const;

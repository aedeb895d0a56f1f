import { entry } from './error-entry.ts';

/** Types of errors of manifests that Kustomize or Helm makes. */
export const renderingErrors = {
  'bad-kustomization': entry(
    'A kustomization names what is not in its folder, or there is none for the environment.',
    'Copy what is meant into the folder; see the page on manifests.',
  ),
  'bad-chart': entry("The file that names a service's chart has mistakes.", 'Fix it; the chart goes by its digest.'),
  'no-chart': entry('The registry does not have the chart.', 'Correct its address and digest.'),
  'bad-hook': entry("A chart's object is a hook that has no counterpart.", 'Turn it off in the values.'),
  'renderer-missing': entry('Kustomize or Helm is missing, or too old or new.', 'Install a version that is accepted.'),
  'render-failed': entry('Kustomize or Helm refused the manifests.', 'Fix what its last lines show.'),
  'render-unsteady': entry('A chart gives another text each time.', 'Give it the value that it makes up otherwise.'),
  'render-endless': entry(
    'Rendering took too long, or too much memory or output.',
    'Look for a loop that never ends in the templates.',
  ),
} as const;

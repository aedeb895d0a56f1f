import { entry } from './error-entry.ts';

/** Witnesses of a release, or of a version of the clusters' configuration, that do not agree. */
export const verificationErrors = {
  'commit-not-on-branch': entry(
    'No branch that the environment takes releases of has the commit.',
    'Merge it and push that; name other branches in `allowBranches`.',
  ),
  'content-differs': entry(
    'The commit of a tag does not hold the content that the tag says.',
    'Look at who pushed the tag, delete it, and release again.',
  ),
  'image-without-labels': entry(
    'The image does not say what it was built from.',
    'Release again, and look at who pushed it.',
  ),
  'image-labels-differ': entry(
    'The image says that it was built as another release.',
    'Release again, and look at who could write to the tag or the registry.',
  ),
  'record-differs': entry(
    'A deployment record and the git tag name different releases.',
    'Ask all witnesses with `nx run infrastructure:audit`.',
  ),
  'tag-missing': entry(
    'Nothing but a deployment record says that the release exists.',
    'Make the tag again with `nx run infrastructure:audit --repair`, where the image agrees.',
  ),
  'pods-differ': entry(
    'What runs is not what the deployment record says.',
    'Look at what runs with `status` and `audit`, and deploy it again.',
  ),
} as const;

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
  'tag-not-signed': entry(
    'The environment takes signed tags only, and this one is not signed.',
    'Release again: it signs where an environment asks for it. Look at who pushed the tag.',
  ),
  'tag-signature-broken': entry(
    'The signature of a tag does not fit what the tag says.',
    'Look at who pushed the tag, delete it, and release again.',
  ),
  'tag-signer-unknown': entry(
    'A tag is signed by a key that the main branch does not list.',
    ({ sshSignersFile }) =>
      `List the key in \`${sshSignersFile}\`, if it is right; otherwise look at who pushed the tag.`,
  ),
  'tag-signer-ended': entry(
    'A tag is signed by a key that did not count when it was signed, or was revoked.',
    'Sign with a key that counts, and release again.',
  ),
  'signers-missing': entry(
    'An environment takes signed tags only, and the main branch lists no signers, or cannot be asked.',
    ({ sshSignersFile }) => `Merge \`${sshSignersFile}\` into the main branch.`,
  ),
  'signers-malformed': entry('A file of signers cannot be read.', 'Fix the line that is named, and merge it.'),
  'signing-key-missing': entry(
    'A tag must be signed, and git has no key that counts.',
    ({ sshSignersFile }) => `Give git a key (\`user.signingkey\`), and list it in \`${sshSignersFile}\`.`,
  ),
  'signature-tool-missing': entry(
    'What checks a signature is not installed.',
    'Install ssh-keygen (openssh-client), or gpg (gnupg).',
  ),
} as const;

import { actionErrors } from './action-errors.ts';
import { approvalErrors } from './approval-errors.ts';
import { buildErrors } from './build-errors.ts';
import { entry, type ErrorEntry } from './error-entry.ts';
import { facadeErrors } from './facade-errors.ts';
import { generatorErrors } from './generator-errors.ts';
import { localPlatformErrors } from './local-platform-errors.ts';
import { registryErrors } from './registry-errors.ts';
import { renderingErrors } from './rendering-errors.ts';
import { routeErrors } from './route-errors.ts';
import { toolchainErrors } from './toolchain-errors.ts';
import { verificationErrors } from './verification-errors.ts';
import { workspaceErrors } from './workspace-errors.ts';

/** Every type of error (`ErrorType`), by where it comes from; `npm run docs:errors` makes `docs/errors.md` of it. */
export const errorCatalog = {
  'Git and the origin': {
    'git-missing': entry('git could not be started.', 'Install git, and make sure that it is on the `PATH`.'),
    'git-repository-of-another-user': entry(
      'git does not trust the folder, because it belongs to another user.',
      'If you trust it, add it to `safe.directory`.',
    ),
    'not-a-git-repository': entry('The workspace is not inside a git working tree.', 'Run this inside a clone.'),
    'no-commit': entry('The repository has no commit yet.', 'Commit what is to be released.'),
    'no-such-commit': entry(
      'No commit of this name is known, or several begin like it.',
      'Give its full name, or fetch it first.',
    ),
    'shallow-clone': entry(
      'The clone lacks the history that the question needs.',
      'Run `git fetch --unshallow`; in a CI check out with all history.',
    ),
    'dirty-working-tree': entry(
      'The working tree has uncommitted changes.',
      'Commit, stash or delete them, or pass `--allow-dirty` where the environment permits it.',
    ),
    'origin-denies-access': entry(
      'Access to the origin was denied.',
      'Give this machine an ssh key, a credential helper or a token for it.',
    ),
    'origin-refuses-push': entry(
      'The origin refused a ref.',
      'Allow this account to create refs there, then run the same command again.',
    ),
    'origin-unreachable': entry(
      'The origin could not be reached, or not in time.',
      'Check its address and the network.',
    ),
    'not-built': entry('What is to be deployed has not been built.', 'Run `release --only=build` first.'),
    'tag-taken': entry('Another release has the tag.', 'Release again to get a new number.'),
  },
  'Container engine': {
    'bad-container-engine': entry(
      'The variable that chooses the engine names none.',
      'Set it to `docker` or `podman`.',
    ),
    'no-container-engine': entry(
      'Neither docker nor podman can be used.',
      'Start docker, or install podman, which needs no server.',
    ),
    'image-build-failed': entry(
      'The build of the image ended with an error.',
      'Fix the step that the last lines show.',
    ),
    'image-push-failed': entry('The push of the image ended with an error.', 'See its last lines; run it again.'),
    'builder-does-not-answer': entry(
      'The builder of docker that is chosen is not there, or does not answer.',
      'Start it (`docker buildx inspect --bootstrap`), or choose another one with `docker buildx use`.',
    ),
    'engine-builds-one-platform': entry(
      'An image for several platforms was asked of an engine, or of a builder, that writes one at a time.',
      'Choose another builder with `docker buildx create --use`, or build with podman.',
    ),
    ...buildErrors,
    'ignored-input': entry(
      'The image may be made of files that git ignores.',
      'Commit them, exclude them in `.dockerignore`, or delete them.',
    ),
    'checkout-differs': entry(
      'Files of the service are not on the disk as the commit holds them, though `git status` does not say so: pointers of Git LFS, submodules that are not there, sparse checkouts, files that git is set not to look at.',
      'Fetch, check out or unlock what is missing, as the message says; in a CI let the checkout do it.',
    ),
    'source-moved': entry(
      'The checkout changed while the image was built: by a pull, a save or another command.',
      'Run the command again, and leave the checkout alone meanwhile.',
    ),
    'foreign-link': entry(
      'A symbolic link of the service leads to what no commit of this workspace holds.',
      'Put a copy of the file in its place, or move what it leads to into this workspace and commit it.',
    ),
  },
  Registry: registryErrors,
  GitHub: {
    'forge-timeout': entry('It did not answer in time.', 'Try again later.'),
    'forge-unreachable': entry('It could not be reached.', 'Check the network; try again later.'),
    'forge-limits-requests': entry('It has limited the rate of requests.', 'Try again later.'),
    'forge-denies-access': entry(
      'The token is not accepted, or lacks a permission.',
      'Give it another `GITHUB_TOKEN`.',
    ),
    'forge-refuses': entry('It rejected the request.', 'See its message.'),
    'forge-fails': entry('It answered with an error of its own.', 'Try again later.'),
    'forge-answers-oddly': entry("It did not answer like GitHub's API.", 'Check its address.'),
  },
  'Kubeconfig and cluster': {
    'no-kubeconfig': entry('There is no kubeconfig, or it is empty.', 'Get one from the operator of the cluster.'),
    'bad-kubeconfig': entry('The kubeconfig cannot be used.', 'Fix it, or get a new one from the operator.'),
    'cluster-without-tls': entry(
      'Credentials would be sent to the cluster without encryption.',
      'Set `server` in the kubeconfig to https.',
    ),
    'cluster-not-verified': entry(
      "The environment is protected, and its cluster's certificate would not be verified.",
      'Take `insecure-skip-tls-verify` out of the kubeconfig.',
    ),
    'credential-plugin': entry(
      'The credential plugin of the kubeconfig is missing, or gave no credential.',
      'Install it, or log in with it again.',
    ),
    'bad-proxy': entry('What names a proxy is not the address of one.', 'Correct `HTTPS_PROXY` or `proxy-url`.'),
    'no-such-context': entry(
      "The kubeconfig lacks the environment's context.",
      'Correct `cluster.context` in the environment file, or add the context.',
    ),
    'cluster-unreachable': entry(
      'The API server did not answer, or its certificate is not trusted.',
      'Check that the cluster runs, and the network to it.',
    ),
    'cluster-login': entry('Authentication to the cluster failed (401).', 'Log in again, or refresh the kubeconfig.'),
    forbidden: entry(
      'The account lacks a right.',
      ({ provisioningFolder }) => `Grant it (\`${provisioningFolder}\`), or use another context.`,
    ),
    'not-admitted': entry('An admission policy or quota rejected the object.', 'Change the manifest or the policy.'),
    'unknown-field': entry('The kind has no such field.', 'Correct its name or place; see `kubectl explain`.'),
    'unknown-kind': entry('The cluster does not have this kind.', 'Correct it, or install its definition.'),
    'bad-object': entry('The cluster rejected the object as invalid.', 'Fix the manifest.'),
    'cluster-fails': entry('The cluster answered with an error.', 'Run the same command again; it continues.'),
    'cluster-object': entry(
      'The object belongs to the whole cluster, not to a service.',
      ({ provisioningFolder }) => `Move it to \`${provisioningFolder}\`.`,
    ),
    'not-kept': entry('The kind cannot be stored in a cluster.', 'Remove it from the manifests.'),
    'no-namespace': entry('The namespace does not exist.', 'Provision the environment, or add it to the manifests.'),
    'namespace-ends': entry('The namespace is being deleted.', 'Wait until it is gone, and provision it again.'),
    'object-ends': entry(
      'An object is being deleted, and what is written to it would go with it.',
      'Wait until it is gone; see to the controller of its finalizers if it stays.',
    ),
    'foreign-object': entry(
      'The object exists and belongs to another owner.',
      'Rename it, or take it over with `--adopt`.',
    ),
    'records-contended': entry(
      'Other deployments took every number that was tried.',
      'Run it again when they are done.',
    ),
    'lock-lost': entry(
      'The lock was not renewed in time; another has it, or may take it.',
      'Run the same command again; it waits for the other.',
    ),
  },
  Manifests: {
    'no-manifests': entry('There are no manifests.', "Write the service's Kubernetes manifests into its `k8s` folder."),
    'bad-manifest': entry('A manifest has mistakes.', 'Fix them; nothing was changed.'),
    'bad-overlay': entry("An environment's overlay changes an object that is not there.", 'Put it into a new file.'),
    ...renderingErrors,
    'bad-name': entry('An object has a name that Kubernetes does not allow.', 'Rename it.'),
    'bad-job': entry("A Job's annotations or template cannot be used.", 'Fix the Job.'),
    'huge-number': entry('A number is too great for its field.', 'Write a smaller one.'),
    'huge-manifests': entry(
      'The manifests are larger than a record can be.',
      'Move large data into the image or a volume.',
    ),
    'no-service-container': entry('It is not clear which container runs the service.', 'Name it like the service.'),
    'unresolved-variable': entry(
      'A `${NAME}` has no value.',
      'Add it to `variables` of the environment file, or escape it as `$${NAME}`.',
    ),
    paused: entry(
      'A Deployment in the cluster is paused, so that a release would change nothing.',
      'Resume it: `kubectl rollout resume deployment/NAME`.',
    ),
    downtime: entry(
      'The manifests would fail requests, or cut off work.',
      'Fix them, or accept it: annotation `poc.dev/allow-downtime`, or `--allow-downtime`.',
    ),
  },
  'The plugin in a workspace': workspaceErrors,
  Environments: {
    'bad-setting': entry(
      'A setting of Nx, or of the workspace, does not go with releases.',
      'Change it as the hint says.',
    ),
    'no-environments': entry('There are no environment files.', 'Run `nx g @poc/plugin:environment`.'),
    'bad-environment': entry('An environment file has mistakes.', 'Fix them; the schema has all keys.'),
    'no-such-environment': entry('There is no environment of this name.', 'Choose one of those that are listed.'),
    'which-environment': entry('The environment is not clear.', 'Choose one with `--env`.'),
    'no-way-up': entry('There is no environment to promote to or from.', 'Check the order of the environments.'),
  },
  'Building and tagging': {
    'bad-service-name': entry(
      'The name cannot be the name of a service.',
      'Choose a DNS label such as `order-history`.',
    ),
    'no-such-service': entry('There is no service of this name.', 'Run `nx show projects`.'),
    'build-number-taken': entry('The build number is taken.', 'Omit `--build-number`.'),
    'build-number-far-ahead': entry(
      'The day of the build number is more than a year ahead.',
      'Omit `--build-number`; remove the ref that took such a number by hand.',
    ),
    'no-build-number': entry('Too many build numbers in a row were taken by others.', 'Run the same command again.'),
    overtaken: entry('A later commit has been built since.', 'Run the pipeline of the newest commit.'),
    diverged: entry('A commit of another branch runs there.', 'Rebase or merge, or release it with `--force`.'),
    'foreign-image': entry('The image does not say from which commit it was built.', 'Build it with `docker-release`.'),
    'no-image': entry('There is no image to tag.', 'Build and push one with `docker-release`.'),
    'dirty-not-allowed': entry(
      'The environment does not accept builds of uncommitted changes.',
      'Commit the changes and release again.',
    ),
  },
  'Verifying releases': verificationErrors,
  Approvals: approvalErrors,
  'Actions of the dashboard': actionErrors,
  'Deploying and promoting': {
    'no-such-release': entry('There is no such release.', 'Choose one of those that are listed.'),
    'image-missing': entry('The registry does not have the image.', 'Choose another release, or push it again.'),
    'dirty-release-gone': entry('The manifests of a build of uncommitted changes are lost.', 'Release again.'),
    frozen: entry(
      'The environment takes nothing now: a window in its file says until when.',
      'Wait until then, or give `--force` with a `--reason`; `rollback` needs neither.',
    ),
    'old-provisioning': entry('The environment is provisioned with too old a version.', 'Provision it first.'),
    'not-upstream': entry('The release is not in the environment before.', 'Deploy it there first.'),
    'not-verified': entry('The release did not succeed in the environment before.', 'Fix the cause and release again.'),
    'held-upstream': entry('The release is held in the environment before.', 'Choose another release.'),
    'lost-requests': entry('Requests failed during its rollout.', 'Find out why, or promote it with `--force`.'),
    'unhealthy-upstream': entry(
      'The release runs in the environment before, and is not healthy there.',
      'Find out why, or promote it with `--force`.',
    ),
    soaking: entry('The release has not run long enough in the environment before.', 'Wait, or use `--force`.'),
    'rollout-failed': entry('The pods or Jobs failed.', 'Fix the cause and release again.'),
    unhealthy: entry(
      'The release runs there already, and is not healthy.',
      'Fix what its pods need, or deploy another.',
    ),
    'rollout-timed-out': entry('The rollout did not end in time.', 'Fix the cause and release again.'),
    'rollout-vanished': entry('An object was deleted during the rollout.', 'Run the same command again.'),
    'rollout-interrupted': entry('The rollout was interrupted.', 'Run the same command again to finish it.'),
    interrupted: entry('The command was interrupted.', 'Run the same command again to finish it.'),
  },
  'Routes of the gateway': routeErrors,
  'Rolling back and comparing': {
    'nothing-deployed': entry('The service was never deployed there.', 'Deploy a release.'),
    'nothing-before': entry('No successful deployment before this one is recorded.', 'Deploy an older release.'),
    'never-succeeded-there': entry(
      'The release never succeeded in that environment: putting it in is a deploy.',
      'Choose another one, or deploy it with `k8s-deploy` or `promote`.',
    ),
    'not-back': entry('The release is newer than the one that runs.', 'Deploy it with `k8s-deploy`.'),
    'moved-on': entry('Another deployment came between.', 'Review it, then run the rollback again.'),
    'no-such-record': entry('No such deployment is recorded.', 'See `history`.'),
    'too-long-ago': entry('The records do not reach back so far.', 'Choose a later moment.'),
    'cannot-roll-back': entry('Some services cannot go back, so none does.', 'See the reason for each.'),
    'environment-not-rolled-back': entry('Some services were not rolled back.', 'See the reason for each.'),
    'not-deployed': entry('The service runs in no such environment.', 'Choose another, or a release.'),
  },
  Provisioning: {
    'nothing-to-provision': entry(
      'There are no manifests.',
      ({ provisioningFolder }) => `Write them into \`${provisioningFolder}\`.`,
    ),
    'other-commit': entry('The version is not of the commit that was approved of.', 'Have the difference approved.'),
    'sops-missing': entry('The program sops is not installed.', 'Install it where is provisioned.'),
    'sops-key-missing': entry(
      'No key here decrypts a file of Secrets.',
      'Set `SOPS_AGE_KEY` or `SOPS_AGE_KEY_FILE`, as a secret of the environment.',
    ),
    'sops-tampered': entry(
      'A file of Secrets was changed after it had been encrypted.',
      'Look at who changed it; change it with `sops edit`.',
    ),
    'sops-failed': entry('A file of Secrets could not be decrypted.', 'Try `sops decrypt` on it.'),
    'no-such-package': entry('There is no such package.', 'Make one with `infrastructure:package`.'),
  },
  Facade: facadeErrors,
  Toolchains: toolchainErrors,
  'Options and generators': generatorErrors,
  Developing: {
    'already-running': entry('The service is being developed in another terminal.', 'Stop that run, or use it.'),
    'no-dev-command': entry(
      'Nothing says how the service is run from its sources.',
      'Write the `command` of its target `dev` into `project.json`.',
    ),
    'dev-command-failed': entry('The command that runs the service ended.', 'See its last lines.'),
    'dev-value-missing': entry('A ConfigMap or Secret is not there.', 'Create it, or set the variable in `.env`.'),
    'dev-forward-failed': entry(
      'The API server did not connect to the pod.',
      'Give the account the verb "create" on "pods/portforward".',
    ),
    'dev-pod-failed': entry('The pod for development did not start.', 'Fix what keeps it, or omit `--in-cluster`.'),
  },
  'Local platform': localPlatformErrors,
} as const satisfies Record<string, Readonly<Record<string, ErrorEntry>>>;

type Areas = typeof errorCatalog;

/** Name of an error for machines: stable, in kebab-case. */
export type ErrorType = { [Area in keyof Areas]: keyof Areas[Area] }[keyof Areas] & string;

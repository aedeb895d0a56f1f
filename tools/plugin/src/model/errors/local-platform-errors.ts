import { entry } from './error-entry.ts';

/** Types of errors of the local platform: a tool of its own, with the same form of errors. */
export const localPlatformErrors = {
  'misused-command': entry('The command line was not understood.', 'See `help`.'),
  'machine-taken': entry('Another local platform runs on this machine.', 'Use that one, or take it down first.'),
  'other-platform-up': entry('Another kind of platform is up.', 'Take it down first.'),
  'port-in-use': entry('A port is taken by another program.', 'Stop that program.'),
  'component-failed': entry('A component did not start, or ended.', 'See its log.'),
  'platform-command-failed': entry('A command failed.', 'See its last lines; run it again when that is fixed.'),
  'built-cluster-needs-root': entry('The cluster built here needs Linux and root.', 'Choose another provider.'),
  'state-folder-too-deep': entry('The path is too long for a socket.', 'Set `XDG_STATE_HOME` to a shorter one.'),
  'node-not-ready': entry('The node was not ready in time.', 'See the log of the kubelet.'),
  'kind-kubeconfig-empty': entry('The kubeconfig of kind names no cluster or user.', 'Take it down, and up again.'),
  'kubeconfig-unreadable': entry("The user's kubeconfig is not YAML.", 'Fix it, or name another in `KUBECONFIG`.'),
  'no-provider-possible': entry(
    "docker has no way to kind's node image, and this user cannot do without.",
    'Give docker a way to docker.io, or name a cluster of your own.',
  ),
  'program-undownloadable': entry(
    'A program such as kind or kubectl could not be downloaded.',
    'Check the network, or install it.',
  ),
  'program-for-other-machines': entry(
    'A program such as kind or kubectl is not pinned for this machine.',
    'Install it yourself.',
  ),
  'engine-missing': entry('No docker server answers.', 'Start docker.'),
  'packages-missing': entry('Packages are not installed.', 'Install them with `apt-get`.'),
  'package-differs': entry(
    'A package index has another package than the one that is pinned.',
    'Find out why; the pins are in `src/versions.ts` of the platform.',
  ),
  'no-such-log': entry('There is no such part, or the platform is not running.', 'Name one of the listed parts.'),
} as const;

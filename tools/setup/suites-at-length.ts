/**
 * End-to-end suites that take an hour of two processors. `npm run test:length` runs them; `npm test` has of each promise a
 * suite that is shorter, or tests of its parts: all of it at once took more than the 90 minutes that a CI gives it.
 */
export const suitesAtLength: readonly string[] = [
  ...[
    'allow-list',
    'cluster-configuration',
    'external-secrets',
    'floor',
    'history',
    'load-balancer',
    'network-policies',
    'provision-facade',
    'pull-secret',
    'roles',
    'secrets',
    'volumes',
  ].map((name) => `tools/e2e/src/cluster/${name}.e2e.ts`),
  ...['api-facade', 'approvers', 'canary', 'from-helm'].map((name) => `tools/e2e/src/deploy/${name}.e2e.ts`),
  'tools/e2e/src/dev/dev.e2e.ts',
  'tools/e2e/src/docs/site.e2e.ts',
  ...['azure-pipelines', 'github-toolchains', 'pipelines-at-once', 'provisioning-pipelines', 'workflows'].map(
    (name) => `tools/e2e/src/pipelines/${name}.e2e.ts`,
  ),
  ...['certificates', 'neighbours'].map((name) => `tools/e2e/src/platform/${name}.e2e.ts`),
  ...[
    'forge',
    'generator',
    'outdated',
    'platforms',
    'portal',
    'refusals',
    'registry-of-prod',
    'signed-and-frozen',
    'toolchains',
    'two-platforms',
    'verified',
  ].map((name) => `tools/e2e/src/release/${name}.e2e.ts`),
  ...['emulation', 'platforms', 'secured-engines', 'ssh-agent'].map(
    (name) => `tools/plugin/src/adapters/container/${name}.e2e.ts`,
  ),
];

import type { Access } from './access-rules.ts';

/*
 * What a deployer needs in its namespace. What it can do without is not among it: events, logs and endpoints, which are left
 * out where they may not be read, and watching a lock, which is looked at from time to time then.
 */

/** The rights that every deployment needs, whatever it consists of. */
export const deployAccess: readonly Access[] = [
  ...access('coordination.k8s.io', 'leases', ['get', 'create', 'update']),
  ...access('apps', 'controllerrevisions', ['get', 'list', 'create', 'patch', 'delete']),
  ...access('apps', 'deployments', ['get', 'list', 'watch', 'patch']),
  ...access('apps', 'replicasets', ['list', 'watch']),
  ...access('', 'pods', ['list', 'watch']),
  // Those of an earlier release, to be deleted; and the log of deployments.
  ...access('', 'configmaps', ['list', 'create', 'patch']),
];

/** The rights that Jobs of a release need. */
export const jobAccess: readonly Access[] = access('batch', 'jobs', ['get', 'list', 'watch', 'create', 'delete']);

/** Returns the rights that objects of a kind need, after the dry run, which asks for the right to write them. */
export function kindAccess(group: string, resource: string, isWorkload: boolean): readonly Access[] {
  // Listed to find those that are to be deleted; a workload is watched until it is ready.
  return access(group, resource, isWorkload ? ['list', 'watch'] : ['list']);
}

function access(group: string, resource: string, verbs: readonly string[]): Access[] {
  return verbs.map((verb) => ({ verb, group, resource }));
}

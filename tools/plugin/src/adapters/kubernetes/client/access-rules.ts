/** Something that an account may be allowed to do in a namespace. */
export interface Access {
  readonly verb: string;
  /** `apps`; empty for the core group. */
  readonly group: string;
  /** `deployments`, `pods/log`. */
  readonly resource: string;
  /** Of one object; undefined for all. */
  readonly name?: string;
}

/** A rule of a Role. */
export interface AccessRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Reports whether one of some rules grants an access, as the API server's authorizer for Roles does. */
export function isGranted(rules: readonly AccessRule[], { verb, group, resource, name }: Access): boolean {
  const [, subresource] = resource.split('/');
  const anyOf = subresource === undefined ? ['*', resource] : ['*', resource, `*/${subresource}`];
  return rules.some(
    ({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
      (verbs.includes(verb) || verbs.includes('*')) &&
      (apiGroups.includes(group) || apiGroups.includes('*')) &&
      resources.some((each) => anyOf.includes(each)) &&
      (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name))),
  );
}

/** Returns `watch leases.coordination.k8s.io`. */
export function describeAccess({ verb, ...what }: Access): string {
  return `${verb} ${nameOf(what)}`;
}

/** Returns `get, create leases.coordination.k8s.io`, an entry for each resource. */
export function describeAccesses(accesses: readonly Access[]): string[] {
  const verbs = new Map<string, string[]>();
  for (const access of accesses) verbs.set(nameOf(access), [...(verbs.get(nameOf(access)) ?? []), access.verb]);
  return [...verbs].map(([name, wanted]) => `${wanted.join(', ')} ${name}`);
}

function nameOf({ group, resource }: Pick<Access, 'group' | 'resource'>): string {
  return group === '' ? resource : `${resource}.${group}`;
}

import { Refusal } from '../errors/product-error.ts';

/** 40 leaves room for the suffixes that Kubernetes adds to pod names (63 at most). */
export const longestServiceName = 40;

/** The name by which the clusters' own configuration is versioned, like a service. */
export const provisioningName = 'provisioning';

/**
 * Checks a service's name: an RFC 1035 label (what Kubernetes demands of a Service) of at most 40 characters.
 * @returns the reason why it is none, or undefined when it is one.
 */
export function whyNotServiceName(name: string): string | undefined {
  if (name === provisioningName) return "The clusters' own configuration is versioned by that name.";
  return whyNotReleasedName(name);
}

/** The same for whatever has build numbers of its own: services, and the clusters' configuration. */
export function whyNotReleasedName(name: string): string | undefined {
  if (name.length === 0) return 'It is empty.';
  if (name.length > longestServiceName) return `It has ${name.length} characters; ${longestServiceName} are allowed.`;
  if (!/^[a-z]/.test(name)) return 'It must begin with a lower-case letter.';
  if (!/^[a-z0-9-]+$/.test(name)) return 'Only lower-case letters, digits and hyphens are allowed.';
  if (name.endsWith('-')) return 'It must not end with a hyphen.';
  return undefined;
}

/** @returns the name when it is a service's name. @throws {Refusal} otherwise. */
export function parseServiceName(name: string, doing: string): string {
  const why = whyNotServiceName(name);
  if (why === undefined) return name;
  throw new Refusal({
    type: 'bad-service-name',
    doing,
    reason: `"${name}" cannot be a service's name. ${why}`,
    remedy: 'Choose a DNS label such as "payments" or "order-history".',
  });
}

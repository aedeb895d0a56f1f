/** Returns `Certificate orders is not healthy: It is not ready (IssuerNotFound): …`. */
export function describeUnhealthy({
  kind,
  name,
  says,
}: {
  readonly kind: string;
  readonly name: string;
  readonly says: string;
}): string {
  return `${kind} ${name} is not healthy: ${says}`;
}

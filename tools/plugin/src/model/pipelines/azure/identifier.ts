/** Returns the name of an environment where Azure takes letters, digits and underscores only. */
export function identifierOf(environment: string): string {
  return environment.replaceAll('-', '_');
}

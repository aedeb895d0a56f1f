import { ArmError, fieldError } from './arm-error.ts';

const identifier = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i;

/** Throws for an id that API Management refuses, though Microsoft's description allows it. */
export function checkIdentifier(target: string, id: string): void {
  if (identifier.test(id)) return;
  const rule =
    'can contain only letters, numbers, and hyphens. The first and last character must be a letter or a number';
  throw fieldError(target, `Entity Identifier ${rule}`);
}

/** The parts of an API's id: `orders;rev=2`. */
export interface ApiId {
  readonly name: string;
  readonly revision: string | undefined;
}

export function parseApiId(id: string): ApiId {
  const [, name = id, revision] = /^(.*?);rev=(.*)$/.exec(id) ?? [];
  return { name, revision };
}

/** Returns the name in a full resource id of this instance. @throws ArmError for an id that is relative, or of another kind. */
export function nameInId(
  given: string,
  { base, property, collection }: { base: string; property: string; collection: string },
): string {
  if (!given.startsWith('/subscriptions/')) {
    const expected = "'/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'";
    throw new ArmError(
      400,
      'LinkedInvalidPropertyId',
      `Property id '${given}' at path 'properties.${property}' is invalid. Expect fully qualified resource Id that start with ${expected}.`,
    );
  }
  const prefix = `${base}/${collection}/`;
  if (!given.startsWith(prefix)) throw fieldError(property, `Invalid resource identifier '${given}'`);
  return given.slice(prefix.length);
}

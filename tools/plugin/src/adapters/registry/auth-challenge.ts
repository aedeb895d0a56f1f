/** The login that a registry's `WWW-Authenticate` asks for. */
export type AuthChallenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

/** @returns the first challenge that we can meet, or undefined. */
export function parseAuthChallenge(header: string): AuthChallenge | undefined {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  // A word without `=` begins a challenge, the others are its parameters.
  for (const [, name = '', quoted, plain, scheme] of header.matchAll(
    /(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|(\w+)/g,
  )) {
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  }
  for (const { scheme, parameters } of challenges) {
    if (scheme === 'basic') return { scheme };
    const realm = parameters.get('realm');
    if (scheme !== 'bearer' || realm === undefined || !isAddress(realm)) continue;
    const [service, scope] = [parameters.get('service'), parameters.get('scope')];
    return { scheme, realm, ...(service === undefined ? {} : { service }), ...(scope === undefined ? {} : { scope }) };
  }
  return undefined;
}

/** Reports whether a realm is an address that can be asked; one with a login of its own would take the place of ours. */
function isAddress(realm: string): boolean {
  if (!URL.canParse(realm)) return false;
  const { protocol, username, password } = new URL(realm);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/**
 * A repository's address as it may be shown: without user name and password (a token may stand for either), query and
 * fragment. The user of an ssh address stays, it is no secret.
 */
export function withoutSecrets(address: string): string {
  const url = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^/]*)@)?([^?#]*)/i.exec(address);
  if (!url) return address;
  const [, scheme = '', user = '', rest = ''] = url;
  const shownUser = /^(ssh|git\+ssh):/i.test(scheme) ? user.split(':')[0] : '';
  return `${scheme}${shownUser ? `${shownUser}@` : ''}${rest}`;
}

/** Takes user names and passwords out of all addresses in a text. */
export function scrubAddresses(text: string): string {
  return text.replace(/[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, withoutSecrets);
}

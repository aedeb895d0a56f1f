/** Words in the name of a value that is nobody's business. */
export const secretWords = [
  ...['(?<![A-Za-z])PASS(?![A-Za-z])', 'PASSW(?:OR)?D', 'PASSPHRASE', 'PWD', 'TOKEN', 'SECRET', 'CREDENTIAL'],
  ...['PRIVATE', 'AUTHORIZATION', 'BEARER', 'SIGNATURE', 'COOKIE', 'DSN', 'SALT'],
  ...['(?:API|ACCESS|ACCOUNT|SIGNING|ENCRYPTION|SHARED|MASTER)[_.-]?KEY', 'CONN(?:ECTION)?[_.-]?STR(?:ING)?'],
].join('|');
const secretName = new RegExp(`${secretWords}|(^|[_.-])(KEYS?|AUTH)$`, 'i');

/** Names that speak of secrets without holding one: they say where it is, or how long it lasts. */
const aboutSecrets =
  /(?:Names?|Refs?|Path|File|Key|Seconds|Policy|Type|Id|Version|Endpoint|Issuer|Audience|Ur[il])$|[_.-](?:names?|refs?|path|file|dir|sock|seconds|policy|type|id|version|endpoint|issuer|audience|ur[il]|header|ttl)$/;
const aboutSecretsInCapitals = /_(?:NAMES?|REFS?|PATH|FILE|DIR|SOCK|SECONDS|TYPE|ID|VERSION|ENDPOINT|UR[IL]|TTL)$/;
/** Names that end in `Key` and hold one: `accessKey`, unlike `secretKeyRef.key`. */
const keyOfSecret = /(?:api|access|account|signing|encryption|shared|master|private|secret)[_.-]?key$/i;

/** Characters of a name that are looked at. */
const longestName = 4000;

/** Reports whether a value of this name (a variable, a key, a header) is a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name.slice(0, longestName));
}

/** Reports whether a name only speaks of a secret: `secretName`, `AZURE_FEDERATED_TOKEN_FILE`, `tokenExpirationSeconds`. */
export function isAboutSecret(name: string): boolean {
  const isAbout = aboutSecrets.test(name) || aboutSecretsInCapitals.test(name);
  return (isAbout && !keyOfSecret.test(name)) || /^(?:OLD)?PWD$|^(?:max|min|n|num|total)?[_.-]?tokens$/i.test(name);
}

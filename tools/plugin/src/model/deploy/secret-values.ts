/** Words in the name of a value that is nobody's business. */
const secretWords = [
  ...['(?<![A-Za-z])PASS(?![A-Za-z])', 'PASSW(?:OR)?D', 'PASSPHRASE', 'PWD', 'TOKEN', 'SECRET', 'CREDENTIAL'],
  ...['PRIVATE', 'AUTHORIZATION', 'BEARER', 'SIGNATURE', 'COOKIE', 'DSN', 'SALT'],
  ...['(?:API|ACCESS|ACCOUNT|SIGNING|ENCRYPTION|SHARED|MASTER)[_.-]?KEY', 'CONN(?:ECTION)?[_.-]?STR(?:ING)?'],
].join('|');
const secretName = new RegExp(`${secretWords}|(^|[_.-])(KEYS?|AUTH)$`, 'i');

/** Characters of a text that are looked at: nobody is shown more. Expressions below are quadratic at worst. */
const longestText = 4000;
const mask = '***';

/** Values that say by themselves what they are: web tokens, tokens of GitHub, GitLab and Slack, keys of AWS. */
const telling =
  /\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*|\b(gh[pousr]_|github_pat_|glpat-|xox[a-z]-)[\w-]{8,}|\bAKIA[0-9A-Z]{12,}/g;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(-----END [A-Z ]*-----|$)/g;
/** A password may hold what an address may not: all up to the last `@` counts. */
const passwordInAddress = /([a-z][a-z0-9+.-]{0,30}:\/\/[^/\s:@"'<>]*:)[^\s"'<>]*@/gi;
const userOfWebAddress = /(https?:\/\/)[^/\s:@"'<>]+@/gi;
const scheme = /\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi;
/** `password=…`, `"password": "…"`, `<password>…`: a value in quotes, or the rest of the line. */
const assignment = new RegExp(
  `([\\w.-]{0,60}(?:${secretWords})[\\w.-]{0,60}\\\\*["']?\\s*(?:=>|[:=>])\\s*)("(?:[^"\\\\]|\\\\.)*"|'[^']*'|[^\\s][^\\n]*)`,
  'gi',
);
/** `--password hunter2` in one text. */
const flagWithValue = new RegExp(`(--?[\\w.-]{0,60}(?:${secretWords})[\\w.-]{0,60}[ \\t]+)(?!-)[^\\n]+`, 'gi');
const flagAlone = new RegExp(`^--?[\\w.-]{0,60}(?:${secretWords})[\\w.-]{0,60}$`, 'i');

/** Reports whether a value of this name (a variable, a key, a header) is a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name.slice(0, longestText));
}

/** A value as it may be shown: what looks like a secret in its texts is masked, also in lists of arguments. */
export function withoutSecretValues(value: unknown): unknown {
  if (typeof value === 'string') return maskedText(value);
  if (!Array.isArray(value)) return value;
  return value.map((item: unknown, index) => {
    const before: unknown = value[index - 1];
    const isValueOfFlag = typeof before === 'string' && flagAlone.test(before) && !String(item).startsWith('-');
    return isValueOfFlag ? mask : withoutSecretValues(item);
  });
}

function maskedText(text: string): string {
  // A word that was cut through could be half a password.
  const whole = text.length > longestText ? text.slice(0, longestText).replace(/\S*$/, '…') : text;
  const masked = maskedPlainText(whole);
  const decoded = /^[\w+/]{8,}={0,2}$/.test(whole) ? Buffer.from(whole, 'base64').toString() : '';
  return decoded !== '' && maskedPlainText(decoded) !== decoded ? mask : masked;
}

function maskedPlainText(text: string): string {
  return text
    .replace(privateKey, mask)
    .replace(passwordInAddress, `$1${mask}@`)
    .replace(userOfWebAddress, `$1${mask}@`)
    .replace(scheme, `$1 ${mask}`)
    .replace(assignment, `$1${mask}`)
    .replace(flagWithValue, `$1${mask}`)
    .replace(telling, mask);
}

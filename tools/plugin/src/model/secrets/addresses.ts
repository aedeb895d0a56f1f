import { mask } from './mask.ts';

/** Schemes at which a person logs in with a user name, so that a name with a colon behind it is no host with a port. */
const withLogin =
  /^(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|sqlserver|mssql|nats|ldaps?|smtps?|s?ftp|couchdb|clickhouse)$/i;
const isWeb = /^(?:git\+|svn\+|wss?|)(?:https?|wss?|)$/i;
/** Two slashes, also as JSON escapes them. */
const slashes = /(?:\\?\/){2}/g;
/** Characters of a word in which a login is looked for. */
const longestWord = 1024;

/** Masks passwords in addresses, and users of web addresses, who may be tokens. A password may hold what it should not: `@`, `/`. */
export function maskAddresses(line: string): string {
  return maskOracle(maskGo(maskEncoded(line.includes('//') || line.includes('\\/') ? maskUrls(line) : line)));
}

function maskUrls(line: string): string {
  let done = 0;
  let masked = '';
  slashes.lastIndex = 0;
  for (let found = slashes.exec(line); found; found = slashes.exec(line)) {
    const start = slashes.lastIndex;
    if (/[\s"/\\?#]/.test(line[start] ?? ' ')) continue;
    const scheme = /(?<=^|[^a-z0-9+.-])[a-z][a-z0-9+.-]*(?=:$)/i.exec(
      line.slice(Math.max(done, found.index - 32), found.index),
    );
    const login = loginAt(line.slice(start, start + longestWord), scheme?.[0] ?? '');
    if (!login) continue;
    masked += line.slice(done, start) + login.masked;
    done = start + login.length;
    slashes.lastIndex = done;
  }
  return masked + line.slice(done);
}

/** @param text what comes after the two slashes. @returns the login at its beginning, and its masked form. */
function loginAt(text: string, scheme: string): { length: number; masked: string } | undefined {
  const word = /^[^\s"]*/.exec(text)![0].replace(/\\+$/, '');
  const authority = /^[^/?#\\]*/.exec(word)![0];
  const at = authority.includes('@') || mayHoldSlash(authority, scheme) ? lastAt(word) : -1;
  if (at < 0) {
    const [, user = '', rest = ''] = withLogin.test(scheme) ? (/^([^:[\]]*):(.*)$/.exec(word) ?? []) : [];
    // Its end was cut off, or is on another line.
    const isCut = rest !== '' && !/^(?:\d{1,5}(?![^/?#,;:)\]}'`.]))/.test(rest) && !isPlaceholder(rest);
    return isCut ? { length: word.length, masked: `${user}:${mask}` } : undefined;
  }
  const [, user = '', colon = '', password = ''] = /^([^:]*)(:?)([^]*)$/.exec(word.slice(0, at))!;
  if (password !== '' && isPlaceholder(password)) return undefined;
  const isToken = /^(?:|x-oauth-basic)$/.test(password);
  if (isWeb.test(scheme) && isToken && user !== '')
    return isPlaceholder(user) || (scheme === '' && colon === '')
      ? undefined
      : { length: at, masked: `${mask}${colon && `:${password && mask}`}` };
  return password === '' ? undefined : { length: at, masked: `${user}:${mask}` };
}

/** Reports whether what looks like a host may be the beginning of a login: what follows a colon is no port. */
function mayHoldSlash(authority: string, scheme: string): boolean {
  const behind = /^[^:[\]]+:(.*)$/.exec(authority)?.[1];
  if (behind === undefined || isPlaceholder(behind)) return false;
  return !/^\d{1,5}$/.test(behind) || withLogin.test(scheme);
}

/** The last `@` that does not begin the digest of an image. */
function lastAt(word: string): number {
  for (let at = word.lastIndexOf('@'); at >= 0; at = at === 0 ? -1 : word.lastIndexOf('@', at - 1))
    if (!/^sha\d{3}:/.test(word.slice(at + 1, at + 8))) return at;
  return -1;
}

function isPlaceholder(text: string): boolean {
  return (
    text.startsWith(mask) ||
    /^(?:\$\{?\w{1,80}\}?|\$\(\w{1,80}\)|\{\{?[^}]{0,80}\}\}?|<[\w -]{1,40}>)(?:$|[/?#@,;'`)])/.test(text)
  );
}

/** `postgres%3A%2F%2Fuser%3Apassword%40db`. */
function maskEncoded(line: string): string {
  if (!/%3A%2F%2F/i.test(line)) return line;
  return line.replace(/(%3A%2F%2F[^\s%"'&]{0,64}%3A)(?!\*\*\*)[^\s"'&]{1,512}?(%40)/gi, `$1${mask}$2`);
}

/** `user:password@tcp(db:3306)/orders`, as Go's driver of MySQL takes it. */
function maskGo(line: string): string {
  let done = 0;
  let masked = '';
  for (const { index } of line.matchAll(/@(?:tcp|udp|unix)\d?\(/g)) {
    const before = line.slice(Math.max(done, index - longestWord), index);
    const [, password = ''] = /^[^\s"':]*:([^\s"']+)$/.exec(/[^\s"']*$/.exec(before.slice(-256))![0]) ?? [];
    if (password === '' || isPlaceholder(password)) continue;
    masked += line.slice(done, index - password.length) + mask;
    done = index;
  }
  return masked + line.slice(done);
}

/** `jdbc:oracle:thin:user/password@//db`. */
function maskOracle(line: string): string {
  return line.replace(/(jdbc:oracle:\w{1,8}:[^\s/@]{1,64}\/)[^\s@"']{1,512}(?=@)/g, `$1${mask}`);
}

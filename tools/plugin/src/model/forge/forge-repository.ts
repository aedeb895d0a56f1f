/** A repository at a forge: GitHub, GitHub Enterprise, or what speaks its API. */
export interface ForgeRepository {
  /** In lower case, without a port: the ports of ssh and of https differ. */
  readonly host: string;
  readonly owner: string;
  readonly name: string;
}

/** No forge has longer ones; what is longer is no address but an attack on the expressions below. */
const longestAddress = 2048;

/** `https://github.com/acme/shop.git`, `ssh://git@github.com:22/acme/shop`. */
const asUrl = /^(?:https?|ssh|git|git\+ssh):\/\/(?:[^/?#\\]*@)?([^/?#@:]+)(?::\d{1,5})?\/([^?#]+)$/i;
/** `git@github.com:acme/shop.git`, as scp writes it. */
const asScp = /^(?:[^/?#@:]+@)?([^/?#@:]+):(?!\/\/)([^?#]+)$/;

/** Names of owners and repositories; a part of dots alone would lead a path elsewhere. */
const part = /^(?!\.+$)[\w.-]{1,100}$/;

/**
 * Finds the repository that the address of a git remote denotes.
 * @returns undefined where it is none of a forge: a folder, another scheme, more or fewer parts than owner and name.
 */
export function parseForgeRepository(address: string): ForgeRepository | undefined {
  if (address.length > longestAddress) return undefined;
  const [, host = '', path = ''] = asUrl.exec(address) ?? asScp.exec(address) ?? [];
  const [owner = '', last = '', ...more] = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  const name = last.replace(/\.git$/, '');
  if (more.length > 0 || !part.test(owner) || !part.test(name) || !isHost(host)) return undefined;
  return { host: host.toLowerCase() === 'ssh.github.com' ? 'github.com' : host.toLowerCase(), owner, name };
}

/** A letter alone is a drive of Windows. */
function isHost(text: string): boolean {
  return text.length > 1 && text.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text);
}

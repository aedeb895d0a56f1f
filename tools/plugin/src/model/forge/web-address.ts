/** Where a repository can be looked at with a browser. */
export interface WebAddress {
  commit(id: string): string;
  pullRequest(number: number): string;
}

/**
 * The web pages of a repository, from the address of its origin (https, ssh or `user@host:path`).
 * @returns undefined where nothing is known of any: a folder, a host by another protocol.
 */
export function webAddressOf(origin: string): WebAddress | undefined {
  const repository = repositoryOf(origin);
  if (!repository) return undefined;
  const { scheme = 'https', host, path } = repository;
  const base = `${scheme}://${host}/${path}`;
  if (path.includes('/_git/'))
    return { commit: (id) => `${base}/commit/${id}`, pullRequest: (number) => `${base}/pullrequest/${number}` };
  if (/(^|\.)gitlab\./.test(host))
    return { commit: (id) => `${base}/-/commit/${id}`, pullRequest: (number) => `${base}/-/merge_requests/${number}` };
  // GitHub calls them `pull`, Gitea `pulls`; both lead from `issues` to it.
  const pulls = host === 'github.com' ? 'pull' : 'issues';
  return { commit: (id) => `${base}/commit/${id}`, pullRequest: (number) => `${base}/${pulls}/${number}` };
}

interface Repository {
  /** `http` where the origin has no other. */
  readonly scheme?: 'http';
  readonly host: string;
  readonly path: string;
}

function repositoryOf(origin: string): Repository | undefined {
  const [, userAndHost, shortPath] = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)\/?([^\s]+)$/.exec(origin) ?? [];
  const parsed = shortPath === undefined ? parseUrl(origin) : undefined;
  const host = userAndHost ?? parsed?.host;
  const path = clean(shortPath ?? parsed?.path ?? '');
  if (host === undefined || path === '' || !/^[a-z0-9.-]+(:\d+)?$/i.test(host) || host.length === 1) return undefined;
  // Azure DevOps: git@ssh.dev.azure.com:v3/organisation/project/repository
  const [, organisation, project, name] = /^v3\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (host === 'ssh.dev.azure.com' && name !== undefined)
    return { host: 'dev.azure.com', path: `${organisation}/${project}/_git/${name}` };
  return { ...parsed, host, path };
}

function parseUrl(text: string): Repository | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, hostname, pathname } = new URL(text);
  if (!['https:', 'http:', 'ssh:', 'git+ssh:'].includes(protocol)) return undefined;
  // The port of ssh is not that of the web.
  if (protocol === 'http:') return { scheme: 'http', host, path: pathname };
  return { host: protocol === 'https:' ? host : hostname, path: pathname };
}

/** Without what would end a link in Markdown or lead elsewhere. */
function clean(path: string): string {
  const bare = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  return bare
    .split('/')
    .map((segment) => encodeURIComponent(safeDecode(segment)))
    .join('/')
    .replaceAll(/[()']/g, escapeByte);
}

function escapeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

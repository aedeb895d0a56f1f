import type { ForgeAccess } from './forge-access.ts';

/** Variables of a process. Whoever starts it may have set them. */
type Variables = Readonly<Record<string, string | undefined>>;

/** A run of GitHub Actions, as its variables name it. What they say of it is asked at GitHub. */
export interface GitHubRun {
  readonly id: number;
  readonly attempt: number;
}

/** @returns undefined where the variables name none. */
export function gitHubRunOf(env: Variables): GitHubRun | undefined {
  const [id, attempt] = [numberIn(env['GITHUB_RUN_ID']), numberIn(env['GITHUB_RUN_ATTEMPT'] ?? '1')];
  return id === undefined || attempt === undefined ? undefined : { id, attempt };
}

/** A job of Azure Pipelines, as its variables name it. What they say of it is asked at Azure DevOps. */
export interface AzureRun {
  /** Address of the organization or collection, with a slash at its end: `https://dev.azure.com/acme/`. */
  readonly collection: string;
  readonly project: string;
  readonly build: number;
  readonly stage: string;
}

/** @returns undefined where the variables name none. */
export function azureRunOf(env: Variables): AzureRun | undefined {
  const [collection, project] = [env['SYSTEM_COLLECTIONURI'] ?? '', env['SYSTEM_TEAMPROJECT'] ?? ''];
  const [build, stage] = [numberIn(env['BUILD_BUILDID']), env['SYSTEM_STAGENAME'] ?? ''];
  if (!URL.canParse(collection) || project === '' || build === undefined || stage === '') return undefined;
  const { protocol, hostname, href, username, search } = new URL(collection);
  const isSecure = protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1');
  if (!isSecure || username !== '' || search !== '') return undefined;
  return { collection: href.endsWith('/') ? href : `${href}/`, project, build, stage };
}

/**
 * Reports whether an API is the forge's own, and not one that a variable puts in its place: what is asked of it is whether
 * the variables may be believed.
 */
export function isOwnApi({ api, repository: { host } }: Pick<ForgeAccess, 'api' | 'repository'>): boolean {
  return [host, `api.${host}`].includes(new URL(api).hostname);
}

/**
 * Reports whether an organization of Azure DevOps may be the origin's own. Where the origin is elsewhere, at GitHub say, that
 * cannot be told: then it is one of Microsoft's service, at least, and not a server that a variable puts in its place.
 */
export function isOwnCollection({ collection }: Pick<AzureRun, 'collection'>, origin: string | undefined): boolean {
  const wanted = organizationOf(collection);
  const from = origin === undefined ? undefined : organizationOf(origin);
  return wanted.startsWith(azure) && !from?.startsWith(azure) ? true : wanted === from;
}

const azure = 'dev.azure.com/';

/** Returns `dev.azure.com/acme`, in whichever way that is written; of a server of one's own, its host. */
function organizationOf(address: string): string {
  const [, rest = ''] = /^(?:[a-z+]+:\/\/)?(?:[^/@]*@)?(.*)$/i.exec(address) ?? [];
  const [host = '', first = '', second = ''] = rest.toLowerCase().replace(/:\d*/, '/').split(/\/+/);
  if (host === 'dev.azure.com') return `${azure}${first}`;
  // `git@ssh.dev.azure.com:v3/acme/shop/shop`
  if (host === 'ssh.dev.azure.com') return `${azure}${second}`;
  const [, old] = /^([\w-]+)\.visualstudio\.com$/.exec(host) ?? [];
  return old === undefined ? host : `${azure}${old}`;
}

function numberIn(text: string | undefined): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text ?? '') ? Number(text) : undefined;
}

import { parseForgeRepository, type ForgeRepository } from './forge-repository.ts';
import { isLoopbackRegistry } from '../image/registry-host.ts';

/** Everything that a client of a forge needs. */
export interface ForgeAccess {
  /** Address of its API without a slash at its end: `https://api.github.com`. */
  readonly api: string;
  readonly repository: ForgeRepository;
  /** A secret. It goes to the API's host and nowhere else, not even into an error. */
  readonly token: string;
}

/** Why there is nothing to speak to, as a clause. */
export interface WithoutAccess {
  readonly reason: string;
  /** The origin is at no GitHub, as far as anything says. */
  readonly isElsewhere?: true;
}

/** Variables as GitHub Actions sets them (GitHub's documentation, "Default environment variables"). */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Finds out how to speak to the forge of an origin. A token is for the host that whoever set it has named, by
 * `GITHUB_API_URL` or `GITHUB_SERVER_URL`; where neither is set, that is github.com. It is sent to no other host, whatever
 * the origin is.
 * @param origin address of the git remote.
 */
export function findForgeAccess(origin: string | undefined, env: Variables): ForgeAccess | WithoutAccess {
  if (origin === undefined) return { reason: 'there is no remote "origin"', isElsewhere: true };
  const repository = parseForgeRepository(origin);
  if (!repository) return { reason: `the origin ${origin.slice(0, 200)} is not at GitHub`, isElsewhere: true };
  const api = apiOf(repository.host, env);
  if (typeof api !== 'string') return api;
  const token = (env['GITHUB_TOKEN'] || env['GH_TOKEN'] || '').trim();
  if (token === '') return { reason: 'there is no GITHUB_TOKEN' };
  // Azure Pipelines hands over the name of a variable that nobody defined.
  if (/^\$\(.*\)$/.test(token)) return { reason: 'GITHUB_TOKEN refers to a pipeline variable that is not set' };
  if (!/^[\x21-\x7e]+$/.test(token))
    return { reason: 'GITHUB_TOKEN contains characters that are not allowed in a token' };
  return { api, repository, token };
}

function apiOf(host: string, env: Variables): string | WithoutAccess {
  const server = addressIn(env, 'GITHUB_SERVER_URL');
  const api = addressIn(env, 'GITHUB_API_URL');
  for (const address of [server, api]) if (address && 'reason' in address) return address;
  const [serverUrl, apiUrl] = [server, api] as (URL | undefined)[];
  if (apiUrl) {
    const belongs = [host, `api.${host}`].includes(apiUrl.hostname) || serverUrl?.hostname === host;
    return belongs
      ? withoutSlash(apiUrl)
      : { reason: `the origin is at ${host}, GITHUB_API_URL at ${apiUrl.hostname}` };
  }
  if (serverUrl && serverUrl.hostname !== host)
    return { reason: `the origin is at ${host}, GITHUB_SERVER_URL at ${serverUrl.hostname}` };
  if (host === 'github.com') return 'https://api.github.com';
  if (!serverUrl)
    return {
      reason: `the origin is at ${host}, and GITHUB_SERVER_URL does not say that this is a GitHub server`,
      isElsewhere: true,
    };
  // Enterprise Cloud with data residency has a host for its API, Enterprise Server has a path.
  return host.endsWith('.ghe.com') ? `https://api.${host}` : `${serverUrl.origin}/api/v3`;
}

/** An address in a variable; undefined when it is not set. A token goes nowhere in the clear but on this machine. */
function addressIn(env: Variables, name: string): URL | { readonly reason: string } | undefined {
  const text = env[name]?.trim();
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    return { reason: `${name} is not a URL` };
  if (url.protocol === 'http:' && !isLoopbackRegistry(url.host)) return { reason: `${name} is not https` };
  return url;
}

function withoutSlash({ origin, pathname }: URL): string {
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

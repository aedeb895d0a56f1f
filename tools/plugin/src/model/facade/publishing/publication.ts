import { Refusal } from '../../errors/product-error.ts';
import type { ApiManagement, Environment } from '../../environment/environment.ts';
import type { BuildNumber } from '../../release/build-number.ts';
import { ApiPath } from '../api-path.ts';
import type { ApiVariables } from '../api-variables.ts';
import type { ApiVersion } from '../api-version.ts';
import { ApiId, type ProductId } from '../identifiers.ts';
import { fallbackId } from '../instance/place.ts';

/**
 * Settings of an API, whatever its revision. On a revision that is not current none of it but `serviceUrl` can be
 * changed; on the current one all of it, at once.
 */
export interface ApiSettings {
  readonly displayName: string;
  /** Empty where there is none. */
  readonly description: string;
  readonly path: ApiPath;
  /** Where the door sends requests. */
  readonly serviceUrl: string;
  readonly needsKey: boolean;
  /** The set of its versions; the API that has no version in it is the original one, which stays at its path. */
  readonly versions?: { readonly set: ApiId; readonly version?: ApiVersion };
}

/** An API as a release wants it at the door. */
export interface Publication {
  readonly api: ApiId;
  readonly build: BuildNumber;
  readonly commit: string;
  /** Of description and policies, which are the revision's: `sha256:…`. */
  readonly digest: string;
  readonly settings: ApiSettings;
  /** Products that have the API, and no others; undefined: they stay as they are. */
  readonly products: readonly ProductId[] | undefined;
}

/** An API of a service in an environment. */
export interface ApiSource {
  readonly service: string;
  readonly variables: ApiVariables;
  readonly environment: Pick<Environment, 'name' | 'url'> & { readonly facade: ApiManagement };
  /** The version that it is; undefined for `openapi.yaml`. */
  readonly version: ApiVersion | undefined;
  /** True when the service has more than one description. */
  readonly hasVersions: boolean;
  /** The description's description. */
  readonly description: string;
}

/**
 * Returns the id and the settings of an API in an environment. Its path behind the door is the one behind the gateway, so
 * that clients find it alike at both; `pathPrefix` comes before it.
 * @throws {Refusal} when a name gets too long by what is added to it, or is that of the fallback API.
 */
export function apiInEnvironment(source: ApiSource): { readonly api: ApiId; readonly settings: ApiSettings } {
  const { variables, environment, version, hasVersions, description } = source;
  const { pathPrefix: prefix, backend = environment.url ?? '' } = environment.facade;
  const path = prefix === undefined ? variables.path : ApiPath.parse(`${prefix}/${variables.path.toString()}`);
  const set = ApiId.parse([variables.id.toString(), prefix].filter((part) => part !== undefined).join('-'));
  const api = version === undefined ? set : ApiId.parse(`${set?.toString()}-${version.toString()}`);
  if (!path || !set || !api) throw tooLong(source, path ? `its id becomes longer than 80` : `its path longer than 400`);
  // Ids differ by case in no instance.
  if (
    api.toString().toLowerCase() ===
    fallbackId(prefix ?? '')
      .toString()
      .toLowerCase()
  )
    throw ofProvisioning(source, api);
  const behind = [backend.replace(/\/+$/, ''), variables.path.toString(), version?.toString()];
  const settings: ApiSettings = {
    ...{ displayName: variables.name, description, path, needsKey: variables.needsKey },
    serviceUrl: behind.filter((part) => part !== undefined).join('/'),
    ...(hasVersions ? { versions: { set, ...(version === undefined ? {} : { version }) } } : {}),
  };
  return { api, settings };
}

function ofProvisioning({ service, environment }: ApiSource, api: ApiId): Refusal {
  return new Refusal({
    type: 'bad-pipeline-variables',
    doing: `publish ${service} in ${environment.name}`,
    reason: `Its id would be ${api.toString()}, which is that of the fallback API: provisioning makes that.`,
    remedy: 'Give it another apiId in `pipeline.variables.yml`.',
  });
}

function tooLong({ service, environment }: ApiSource, reason: string): Refusal {
  return new Refusal({
    type: 'bad-pipeline-variables',
    doing: `publish ${service} in ${environment.name}`,
    reason: `With pathPrefix and version, ${reason} characters.`,
    remedy: 'Shorten apiId or apiSuffix in `pipeline.variables.yml`.',
  });
}

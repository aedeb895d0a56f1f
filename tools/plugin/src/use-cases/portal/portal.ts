import pMap from 'p-map';
import { serviceUrl } from '../../model/deploy/probe-target.ts';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import type { Environment } from '../../model/environment/environment.ts';
import { catchProductError } from '../../model/errors/result.ts';
import { apiFile, apiVersionsAmong, type ApiVersion } from '../../model/facade/api-version.ts';
import { readApiVariables, type ApiVariables } from '../../model/facade/api-variables.ts';
import type { CurrentApi } from '../../model/facade/publishing/door.ts';
import { apiInEnvironment, type ApiSource } from '../../model/facade/publishing/publication.ts';
import { webAddressOf, type WebAddress } from '../../model/forge/web-address.ts';
import type { HiddenApi, Portal, PortalApi } from '../../model/portal/portal.ts';
import { readPublishedDescription, type PublishedDescription } from '../../model/portal/published-description.ts';
import { shownDocument } from '../../model/portal/shown-document.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { Facade } from '../../ports/facade.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { ServiceSource } from '../../ports/service-source.ts';

/** The APIs that are asked for. */
export interface PortalRequest {
  readonly environment: Environment;
  /** A service of the workspace. @throws {Refusal} when it has none of this name. */
  service(name: string): Pick<ServiceSource, 'root'>;
}

/** The outside world of the portal. */
export interface PortalPorts extends Pick<ReleasePorts, 'cluster' | 'repository' | 'clock'> {
  /** The door that clients of the environment call; undefined where that is its gateway. */
  facade(environment: Pick<Environment, 'name' | 'facade'>): Promise<Facade | undefined>;
}

/** API Management, as far as it is known here. */
interface KnownDoor {
  readonly instance: string;
  readonly address: string;
  readonly apis: readonly CurrentApi[];
}

/** Where an API is called. */
type Entrance = Pick<PortalApi, 'address' | 'keyHeader'>;

/** A description beside others of its service. */
interface DescribedVersion {
  readonly version: ApiVersion | undefined;
  readonly hasVersions: boolean;
}

/** Header in which API Management takes a key, unless an API has another name for it. */
const usualKeyHeader = 'Ocp-Apim-Subscription-Key';

/** Services that are read at the same time. */
const atOnce = 8;

/**
 * Returns the APIs of an environment as they were published: by the newest deployment of each service that succeeded, with
 * the description that its commit has. One that cannot be shown is told with its reason, and the others are shown.
 * @throws {Refusal} when the environment cannot be looked into.
 */
export async function portal(request: PortalRequest, ports: PortalPorts): Promise<Portal> {
  const { environment } = request;
  const [cluster, door, origin] = await Promise.all([
    ports.cluster(environment),
    ports.facade(environment).then((facade) => facade && knownDoor(facade)),
    ports.repository.originUrl(),
  ]);
  const pages = origin === undefined ? undefined : webAddressOf(origin);
  const reader = new PublishedApis(request, ports, { pages, door });
  const records = await currentRecords(cluster);
  const found = (await pMap(records, (record) => reader.of(record), { concurrency: atOnce })).flat();
  return {
    environment: environment.name,
    readAt: ports.clock().toISOString(),
    apis: found.filter((api) => 'document' in api),
    hidden: found.filter((api) => 'reason' in api),
  };
}

async function knownDoor(facade: Facade): Promise<KnownDoor> {
  const [address, apis] = await Promise.all([facade.address(), facade.currentApis()]);
  return { instance: facade.instance, address, apis };
}

/** Returns the deployment that each service is in by: the newest one that succeeded. */
async function currentRecords(cluster: Cluster): Promise<DeploymentRecord[]> {
  const newest = await cluster.newest();
  const records = await pMap(
    newest,
    async ({ outcome, sequence, release: { service } }) =>
      outcome === 'succeeded'
        ? cluster.record(service, sequence)
        : (await cluster.records(service)).find((record) => record.outcome === 'succeeded'),
    { concurrency: atOnce },
  );
  return records
    .filter((record) => record !== undefined)
    .sort((a, b) => (a.release.service < b.release.service ? -1 : 1));
}

/** Reads what was published of services. */
class PublishedApis {
  private readonly request: PortalRequest;
  private readonly repository: PortalPorts['repository'];
  private readonly pages: WebAddress | undefined;
  private readonly door: KnownDoor | undefined;

  /** @param found pages of the forge, and API Management where that is the door. */
  constructor(
    request: PortalRequest,
    { repository }: Pick<PortalPorts, 'repository'>,
    found: { readonly pages: WebAddress | undefined; readonly door: KnownDoor | undefined },
  ) {
    this.request = request;
    this.repository = repository;
    this.pages = found.pages;
    this.door = found.door;
  }

  /** Returns the APIs of a service: one for each description that its commit has. */
  async of(record: DeploymentRecord): Promise<(PortalApi | HiddenApi)[]> {
    const { service, buildNumber, commit } = record.release;
    const hidden = (reason: string): HiddenApi => ({ service, buildNumber, reason });
    return catchProductError<(PortalApi | HiddenApi)[], HiddenApi[]>(
      async () => {
        const { root } = this.request.service(service);
        const folder = root === '.' ? '' : `${root}/`;
        const names = await this.namesIn(folder, root, commit);
        const versions: (ApiVersion | undefined)[] = apiVersionsAmong(names);
        if (names.includes(apiFile)) versions.unshift(undefined);
        if (versions.length === 0) return [{ ...hidden(`It has no ${apiFile}.`), hasNone: true }];
        const hasVersions = versions.length > 1;
        return Promise.all(versions.map((version) => this.read(folder, { version, hasVersions }, record)));
      },
      (reason, remedy) => [hidden(`${reason} ${remedy}`)],
    );
  }

  private async namesIn(folder: string, root: string, commit: string): Promise<string[]> {
    const paths = [...(await this.repository.blobs(commit, [root])).keys()];
    return paths.map((path) => path.slice(folder.length)).filter((name) => !name.includes('/'));
  }

  private async read(
    folder: string,
    { version, hasVersions }: DescribedVersion,
    { release, manifests }: DeploymentRecord,
  ): Promise<PortalApi | HiddenApi> {
    const { service, buildNumber, commit, dirty } = release;
    const hidden = (reason: string): HiddenApi => ({ service, version, buildNumber, reason });
    const read = await this.description(`${folder}${version?.file() ?? apiFile}`, commit);
    if (!('document' in read)) return hidden('reason' in read ? read.reason : '');
    const entrance = this.door
      ? entranceAt(this.door, this.request.environment, {
          ...{ service, version, hasVersions, description: '' },
          variables: await this.variables(folder, commit),
        })
      : { address: addressOf(serviceUrl(manifests, this.request.environment), version), keyHeader: undefined };
    if (entrance === undefined) return hidden(`${this.door?.instance} has no such API.`);
    return {
      ...{ service, version, buildNumber, commit, isDirty: dirty, commitUrl: this.pages?.commit(commit) },
      ...entrance,
      document: shownDocument(read.document, entrance),
    };
  }

  private async variables(folder: string, commit: string): Promise<ApiVariables> {
    const file = `${folder}pipeline.variables.yml`;
    return readApiVariables(file, (await this.repository.texts(commit, [file])).get(file) ?? '');
  }

  /** Reads a description, and the files that it turns out to need. */
  private async description(file: string, commit: string): Promise<PublishedDescription> {
    const texts = new Map<string, string | undefined>();
    for (let needs: readonly string[] = [file]; ;) {
      const found = await this.repository.texts(commit, needs);
      for (const need of needs) texts.set(need, found.get(need));
      const read = readPublishedDescription(file, texts);
      if (!('needs' in read)) return read;
      ({ needs } = read);
    }
  }
}

/** Returns where clients call an API through API Management; undefined where it has no such API. */
function entranceAt(
  { address, apis }: KnownDoor,
  environment: Environment,
  source: Omit<ApiSource, 'environment'>,
): Entrance | undefined {
  const { facade, name, url } = environment;
  const own = { name, ...(url === undefined ? {} : { url }), facade: facade! };
  const { api } = apiInEnvironment({ ...source, environment: own });
  const settings = apis.find((each) => each.api.toString() === api.toString())?.settings;
  if (!settings) return undefined;
  const { path, needsKey, versions } = settings;
  return {
    address: addressOf(`${address}/${path.toString()}`, versions?.version),
    keyHeader: needsKey ? usualKeyHeader : undefined,
  };
}

/** Versions are below the path of the service, at every door. */
function addressOf(service: string | undefined, version: ApiVersion | undefined): string | undefined {
  if (service === undefined || !URL.canParse(service)) return undefined;
  const base = service.replace(/\/+$/, '');
  return version === undefined ? base : `${base}/${version.toString()}`;
}

import { posix } from 'node:path';
import type { DeploymentRecord } from '../../model/deploy/deployment-record.ts';
import { ApiRevision } from '../../model/facade/identifiers.ts';
import type { ApiManagement } from '../../model/environment/environment.ts';
import type { Facade } from '../../ports/facade.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { checkRevision } from './check-revision.ts';
import {
  prepareRequests,
  sourceOf,
  type PreparedRequest,
  type PublicationTarget,
  type PublishRequest,
  type RevisionCheck,
} from './publish-request.ts';
import { ServicePublication } from './service-publication.ts';

type Ports = Pick<ReleasePorts, 'facade' | 'apiCaller' | 'checkKeyOf' | 'cluster' | 'repository'>;

/** How a publication is planned. */
export interface PublicationPlanning {
  /** `back`: a release that ran before is restored. Left away: it is when a newer one runs. */
  readonly direction?: 'back';
}

/** A deployment whose record tells what it publishes. */
type RecordedTarget = Pick<PublicationTarget, 'environment' | 'actor' | 'allowBreaking'> & {
  readonly service: { readonly name: string };
};

/** The APIs of a release that are to be published, and where. */
export interface RequestedPublication {
  readonly facade: Facade;
  readonly requests: readonly PublishRequest[];
  /** As the environment's file has it. */
  readonly declared: ApiManagement;
}

/**
 * Plans what is to be published of a release in an environment, if it has a door besides its gateway and the service has a
 * description. Changes nothing.
 * @throws {Refusal} for whatever would stop it.
 */
export async function planServicePublication(
  target: PublicationTarget,
  ports: Ports,
  planning: PublicationPlanning = {},
): Promise<ServicePublication | undefined> {
  const requested = await requestPublication(target, ports, planning);
  if (!requested) return undefined;
  const { requests, facade, declared } = requested;
  return ServicePublication.plan(requests, facade, target.check ?? checkBy(declared, ports));
}

/**
 * Returns what is to be published of a release in an environment, before it is compared with what the door has; undefined
 * where there is no door besides the gateway, or no description.
 * @throws {Refusal} when the release cannot be published anywhere, or the door cannot be asked.
 */
export async function requestPublication(
  target: PublicationTarget,
  ports: Pick<Ports, 'facade' | 'cluster' | 'repository'>,
  { direction }: PublicationPlanning = {},
): Promise<RequestedPublication | undefined> {
  const { environment, release } = target;
  const declared = environment.facade;
  if (!declared || !(await sourceOf(target, ports.repository).haveApi())) return undefined;
  const here = { ...target, environment: { ...environment, facade: declared } };
  const [facade, prepared, records] = await Promise.all([
    ports.facade(environment),
    prepareRequests(here, ports.repository),
    recordsOf(target, ports),
  ]);
  if (!facade) return undefined;
  const running = records.find(({ outcome }) => outcome === 'succeeded')?.release.buildNumber;
  const isOlder = running?.isNewerThan(release.buildNumber) ?? false;
  const complete = (request: PreparedRequest) => ({
    ...request,
    direction: direction ?? (isOlder ? ('back' as const) : ('forward' as const)),
    recorded: revisionsIn(records, request.publication.api.toString()),
  });
  return { facade, requests: prepared.map(complete), declared };
}

/**
 * Plans what is to be published when a deployment is restored or gone on with: nothing that was not to be published with it.
 * @throws {Refusal} for whatever would stop it.
 */
export async function planRecordedPublication(
  { release, publishes = [] }: DeploymentRecord,
  { service, environment, actor, allowBreaking }: RecordedTarget,
  ports: Ports,
  planning: PublicationPlanning = {},
): Promise<ServicePublication | undefined> {
  const [first] = publishes;
  if (!first) return undefined;
  const root = posix.dirname(first.file);
  const target = { service: { name: service.name, root }, release, environment, actor, allowBreaking };
  return planServicePublication(target, ports, planning);
}

/** Returns the check of a revision by calls through the door. */
function checkBy(declared: ApiManagement, ports: Ports): RevisionCheck {
  return async (revision, { publication: { api }, content, situation, direction }, course) => {
    const { description } = content;
    const { facade, reporter, signal, headers = {} } = course;
    const request = { api, description, file: situation.file, direction, key: ports.checkKeyOf(declared), headers };
    const caller = await ports.apiCaller();
    await checkRevision(request, { facade, caller, reporter, ...(signal ? { signal } : {}) })(revision);
  };
}

async function recordsOf(
  { environment, service }: PublicationTarget,
  { cluster }: Pick<Ports, 'cluster'>,
): Promise<readonly DeploymentRecord[]> {
  const connected = await cluster(environment);
  await connected.check();
  return connected.records(service.name);
}

/** Returns the revisions of an API that records name: going back to them shall need no import. */
function revisionsIn(records: readonly DeploymentRecord[], api: string): ApiRevision[] {
  const names = records.flatMap(({ publishes = [] }) =>
    publishes.filter((each) => each.api === api).map(({ revision }) => revision),
  );
  return [...new Set(names)].map((name) => ApiRevision.parse(name)).filter((revision) => revision !== undefined);
}

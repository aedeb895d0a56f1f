import pMap from 'p-map';
import type { KeptDeployment } from '../../model/deploy/deployment-log.ts';
import type { Environment } from '../../model/environment/environment.ts';
import type { Audited } from '../../model/observe/audited.ts';
import { BuildNumber } from '../../model/release/build-number.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { auditLog } from './audit-log.ts';
import { auditDeployment, type FoundDeployment } from './audit-deployment.ts';
import { auditRelease, type ReleaseWitness } from './audit-release.ts';
import type { Finding } from './finding.ts';
import { readForge } from './forge-facts.ts';
import { findUnusedRefs } from './unused-refs.ts';
import { forgeEnvironment } from '../announce/announce-deployment.ts';
import { catchProductError } from '../../model/errors/result.ts';
import { observeDoor, type ObservedDoor } from '../observe/observe-door.ts';
import type { ObservedService } from '../../ports/cluster.ts';
import type { ServiceMap } from '../../ports/service-map.ts';
import { releaseRegistry } from '../release/release-registries.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { AuditRequest } from './audit-request.ts';

/** The result of an audit. */
export interface AuditResult extends Audited {
  readonly findings: readonly Finding[];
}

/** Releases and deployments that are looked at at the same time. */
const atOnce = 16;

type Ports = Pick<ReleasePorts, 'cluster' | 'repository' | 'registry' | 'forge' | 'clock' | 'facade'>;

/**
 * Asks all witnesses of what was released and what runs whether they say the same: git tags, labels of the images, pods
 * and objects, deployment records and their log, and the forge. Of every service what runs in each environment, its newest
 * release, and every release that a record tells of, because it may be gone back to.
 */
export async function audit(request: AuditRequest, ports: Ports): Promise<AuditResult> {
  const { environments, services } = request;
  const [surveys, tagged, forge, unused] = await Promise.all([
    Promise.all(environments.map((environment) => survey(environment, ports))),
    ports.repository.releases(),
    ports.forge(),
    ports.repository.unusedRefs(),
  ]);
  const reached = surveys.flatMap((found) => ('finding' in found ? [] : [found]));
  const deployments = reached.flatMap(({ environment, observed, door }) =>
    observed.map((one): FoundDeployment => ({ environment, observed: one, door })),
  );
  const witnesses = witnessesOf(reached, newestTags(tagged, services), environments);
  const tags = await ports.repository.readReleases(witnesses.map(({ tag }) => tag));
  // Beside all else: GitHub is asked slowly.
  const asking = readForge(
    witnesses.flatMap(({ tag }) => (tags.get(tag.toString()) ? [tag] : [])),
    deployments.flatMap(({ environment, observed }) => forgeNameOf(environment, observed)),
    ports,
  );
  const asked = { ...ports, facts: () => asking };
  const [ofReleases, ofDeployments, facts] = await Promise.all([
    pMap(
      witnesses,
      (witness) => auditRelease({ ...witness, tagged: tags.get(witness.tag.toString()) }, request, asked),
      { concurrency: atOnce },
    ),
    pMap(deployments, (each) => auditDeployment(each, request, asked), { concurrency: atOnce }),
    asking,
  ]);
  return {
    checked: {
      services: new Set([...services.services, ...deployments.map(({ observed }) => observed.service)]).size,
      deployments: deployments.length,
      releases: witnesses.length,
    },
    forge: !('reason' in forge) ? 'checked' : forge.isElsewhere ? 'elsewhere' : 'unavailable',
    withoutForge: 'reason' in forge ? forge.reason : undefined,
    findings: [
      ...[...surveys.flatMap(findingsOf), ...findUnusedRefs(unused, services), ...(facts?.findings ?? [])],
      ...[...ofDeployments.flat(), ...ofReleases.flat()],
    ],
  };
}

/** Returns the forge's name for a deployment that is compared with it; none for one that goes on. */
function forgeNameOf(environment: Environment, { service, newest }: ObservedService): string[] {
  return newest && newest.outcome !== 'running' ? [forgeEnvironment(environment, service)] : [];
}

/** The state of an environment, and all its records. */
interface Survey {
  readonly environment: Environment;
  readonly observed: readonly ObservedService[];
  readonly records: readonly KeptDeployment[];
  /** How the records and the log of deployments disagree. */
  readonly ofLog: readonly Finding[];
  readonly door: ObservedDoor | undefined;
}

async function survey(environment: Environment, ports: Ports): Promise<Survey | { readonly finding: Finding }> {
  return catchProductError(
    async () => {
      const cluster = await ports.cluster(environment);
      const [observed, records, door] = await Promise.all([
        cluster.observe(),
        cluster.summaries(),
        observeDoor(environment, ports),
      ]);
      const ofLog = await auditLog({ environment, records, cluster, now: ports.clock });
      return { environment, observed, records, door, ofLog };
    },
    (reason) => ({ finding: cannotBeReached(environment, reason) }),
  );
}

function cannotBeReached({ name }: Environment, reason: string): Finding {
  return {
    subject: name,
    type: 'environment-unreachable',
    says: `It cannot be read: ${reason}`,
    remedy: 'Audit again when it can.',
    isRepaired: false,
  };
}

/** Finds an environment that cannot be read, or its door, and what its records and its log do not agree on. */
function findingsOf(found: Survey | { readonly finding: Finding }): Finding[] {
  if ('finding' in found) return [found.finding];
  const { environment, door, ofLog } = found;
  const { name } = environment;
  if (!door || !('reason' in door)) return [...ofLog];
  const { instance, reason, remedy } = door;
  const says = `Its APIs at ${instance} cannot be read: ${reason}`;
  return [...ofLog, { subject: name, type: 'facade-unreachable', says, remedy, isRepaired: false }];
}

function newestTags(tagged: readonly { readonly tag: ReleaseTag }[], { services }: ServiceMap): ReleaseTag[] {
  const newest = new Map<string, ReleaseTag>();
  for (const { tag } of tagged) {
    const known = newest.get(tag.service);
    if (!known || BuildNumber.compare(tag.buildNumber, known.buildNumber) > 0) newest.set(tag.service, tag);
  }
  return services.flatMap((service) => newest.get(service) ?? []);
}

/** Every release that is to be looked at, with what the records say of it. */
function witnessesOf(
  surveys: readonly Survey[],
  newest: readonly ReleaseTag[],
  environments: readonly Environment[],
): ReleaseWitness[] {
  const witnesses = new Map<string, { tag: ReleaseTag; registries: Set<string>; recorded: Map<string, Release> }>();
  const witnessOf = (tag: ReleaseTag) => {
    const known = witnesses.get(tag.toString());
    const witness = known ?? { tag, registries: new Set<string>(), recorded: new Map<string, Release>() };
    witnesses.set(tag.toString(), witness);
    return witness;
  };
  for (const { environment, records } of surveys) {
    for (const { release } of records) {
      const witness = witnessOf(new ReleaseTag(release.service, release.buildNumber));
      witness.registries.add(environment.registry);
      witness.recorded.set(environment.name, release);
    }
  }
  const registry = releaseRegistry(environments);
  for (const tag of newest) {
    const { registries } = witnessOf(tag);
    if (registries.size === 0) registries.add(registry);
  }
  return [...witnesses.values()].map(({ registries, ...rest }) => ({ ...rest, registries: [...registries] }));
}

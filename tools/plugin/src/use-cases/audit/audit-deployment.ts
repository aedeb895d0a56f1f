import type { Environment } from '../../model/environment/environment.ts';
import type { DeploymentSummary } from '../../model/deploy/deployment-record.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { describeDoorDrift } from '../../model/facade/observing/door-drift.ts';
import { describeObjectDrift } from '../../model/observe/describe-drift.ts';
import { annotation } from '../../model/product/wire-names.ts';
import { describeUnhealthy } from '../../model/observe/describe-unhealthy.ts';
import { announcedAs, forgeEnvironment, newForgeDeployment } from '../announce/announce-deployment.ts';
import { differencesOf } from '../../model/release/release-differences.ts';
import type { ForgeFacts } from './forge-facts.ts';
import { findingsAbout, type Finding, type FindingMaker } from './finding.ts';
import type { ObservedService } from '../../ports/cluster.ts';
import { apisAtDoor, type ObservedDoor } from '../observe/observe-door.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { AuditRequest } from './audit-request.ts';

type Ports = Pick<ReleasePorts, 'cluster' | 'clock'> & {
  /** Returns the answers of the forge; undefined where there is none. */
  facts(): Promise<ForgeFacts | undefined>;
};

/** Milliseconds after which a deployment that has not ended has lost its deployer. */
const longestDeployment = 3600_000;

/** A service in an environment, as it was found. */
export interface FoundDeployment {
  readonly environment: Environment;
  readonly observed: ObservedService;
  /** Undefined where clients call the gateway. */
  readonly door: ObservedDoor | undefined;
}

/** The newest deployment of a service in an environment, and what there is of it. */
interface AuditedDeployment extends FoundDeployment {
  readonly newest: DeploymentSummary;
  /** Makes a finding about the service in the environment. */
  readonly finding: FindingMaker;
}

/** Asks record, pods, objects and forge whether they say the same of what runs of a service in an environment. */
export async function auditDeployment(found: FoundDeployment, request: AuditRequest, ports: Ports): Promise<Finding[]> {
  const { environment, observed } = found;
  const { service, newest } = observed;
  const finding = findingsAbout(`${service} in ${environment.name}`);
  if (!newest) return [noRecord(service, environment, finding)];
  const deployment: AuditedDeployment = { ...found, newest, finding };
  if (newest.outcome === 'running') return auditProgress(deployment, ports);
  return [
    ...(await auditRecord(deployment, ports)),
    ...auditWorkload(deployment),
    ...auditObjects(deployment),
    ...auditReadability(deployment),
    ...auditHealth(deployment),
    ...auditDoor(deployment),
    ...(await auditForge(environment, newest, request, ports)),
  ];
}

function noRecord(service: string, environment: Environment, finding: FindingMaker): Finding {
  return finding(
    'no-record',
    'A workload of it runs, but no deployment of it is recorded.',
    `Deploy it with \`nx run ${service}:k8s-deploy --env=${environment.name}\`, or delete the workload.`,
  );
}

/** Finds a deployment that goes on for too long; of another that goes on nothing can be said before it has ended. */
function auditProgress({ newest, finding }: AuditedDeployment, { clock }: Ports): Finding[] {
  const { release, sequence, startedAt } = newest;
  const isLost = clock().getTime() - Date.parse(startedAt) > longestDeployment;
  if (!isLost) return [];
  return [
    finding(
      'deployment-without-end',
      `Deployment ${sequence} (${release.buildNumber}) began ${startedAt} and has not ended.`,
      'Its deployer died: the next deployment or rollback reports it and continues.',
    ),
  ];
}

/** Annotations of a record, from which most is read, can be changed; its data cannot. */
async function auditRecord(
  { environment, observed, newest: { sequence, release }, finding }: AuditedDeployment,
  ports: Ports,
): Promise<Finding[]> {
  const record = await (await ports.cluster(environment)).record(observed.service, sequence);
  const differences = record ? differencesOf(record.release, release) : ['it was deleted'];
  if (differences.length === 0) return [];
  return [
    finding(
      'record-altered',
      `The annotations of deployment ${sequence} differ from its data: ${differences.join('; ')}.`,
      'They were changed: the managedFields of that ControllerRevision show by whom.',
    ),
  ];
}

/** Compares what the workload, and its pods, say that they are with what was deployed. */
function auditWorkload(deployment: AuditedDeployment): Finding[] {
  const { observed, newest, finding } = deployment;
  const { running, unread } = observed;
  const { release, outcome } = newest;
  const remedy = deployAgain(deployment);
  // What cannot be read is told as that.
  if (!running && unread.length > 0) return [];
  if (!running) return [finding('not-running', 'No workload runs it any more.', remedy)];
  if (outcome !== 'succeeded') return [];
  const findings: Finding[] = [];
  const foreign = running.digests.filter((digest) => digest !== release.imageDigest);
  if (foreign.length > 0)
    findings.push(
      finding('other-image', `Pods run ${foreign.join(', ')}; deployed was ${release.imageDigest}.`, remedy),
    );
  if (running.buildNumber !== release.buildNumber.toString() || running.commit !== release.commit)
    findings.push(
      finding(
        'other-build',
        `The workload says that it is ${running.buildNumber} of commit ${running.commit}; deployed was ${release.buildNumber} of ${release.commit}.`,
        remedy,
      ),
    );
  return findings;
}

/** Finds objects that are no longer as they were deployed. */
function auditObjects(deployment: AuditedDeployment): Finding[] {
  const lines = deployment.observed.drift.flatMap(describeObjectDrift);
  return lines.map((line) => deployment.finding('drift', `${line}.`, deployAgain(deployment)));
}

/** Finds kinds of its objects that could not be asked. */
function auditReadability({ observed, finding }: AuditedDeployment): Finding[] {
  return observed.unread.map(({ kind, reason, remedy }) =>
    finding('objects-unread', `Its objects of ${kind} could not be read: ${reason}`, remedy),
  );
}

/** Finds objects that their own controllers say are not healthy, as they were deployed or not. */
function auditHealth({ environment, observed, finding }: AuditedDeployment): Finding[] {
  const place = `--namespace=${environment.namespace}`;
  return observed.unhealthy.map((object) =>
    finding(
      'not-healthy',
      describeUnhealthy(object),
      `Ask its controller with \`kubectl describe ${object.kind.toLowerCase()} ${object.name} ${place}\`; where its health says nothing, annotate it in the manifest: \`${annotation.health}: ignored\`.`,
    ),
  );
}

/** Compares what clients get at the door with what was published. An unreadable door is told once, for all services. */
function auditDoor({ environment, observed: { service }, newest, door, finding }: AuditedDeployment): Finding[] {
  const found = apisAtDoor(door, newest);
  if (!found || 'reason' in found) return [];
  const remedy = `Publish it again with \`nx run ${service}:api-publish --env=${environment.name} --tag=${newest.release.buildNumber}\`; API Management's activity log shows who changed it.`;
  return found.drift.map((each) => finding('api-differs', `${describeDoorDrift(each)} (${found.instance}).`, remedy));
}

function deployAgain({ environment, observed: { service }, newest }: AuditedDeployment): string {
  return `Look with \`nx run ${service}:diff --env=${environment.name}\`, then deploy it again with \`nx run ${service}:k8s-deploy --env=${environment.name} --tag=${newest.release.buildNumber} --force\`.`;
}

async function auditForge(
  environment: Environment,
  newest: DeploymentSummary,
  { repair }: AuditRequest,
  ports: Ports,
): Promise<Finding[]> {
  const facts = await ports.facts();
  const { release, outcome } = newest;
  const name = forgeEnvironment(environment, release.service);
  if (!facts?.deployments.has(name)) return [];
  const { forge } = facts;
  const shown = facts.deployments.get(name);
  const tag = new ReleaseTag(release.service, release.buildNumber);
  const wanted = announcedAs(outcome);
  if (shown?.ref === tag.toString() && shown.state === wanted) return [];
  const base = {
    subject: `${release.service} in ${environment.name}`,
    type: 'github-deployment-differs',
    isRepaired: false,
  };
  const says = shown
    ? `GitHub shows ${shown.ref} as ${shown.state ?? 'begun'} in ${name}; ${tag} ${outcome}.`
    : `GitHub shows no deployment of ${name}; ${tag} ${outcome}.`;
  if (!repair) return [{ ...base, says, remedy: 'Fixed by `nx run infrastructure:audit --repair`.' }];
  try {
    const deployment = newForgeDeployment({ ...newest, environment });
    const { links, description, isProduction } = deployment;
    const isOpen =
      shown?.ref === tag.toString() && ['in_progress', 'pending', 'queued', undefined].includes(shown.state);
    const opened =
      isOpen && shown ? { id: shown.id, environment: name, isProduction } : await forge.openDeployment(deployment);
    if ('reason' in opened) return [];
    await forge.endDeployment(opened, { state: wanted, description, links });
    return [{ ...base, says, remedy: 'GitHub was updated.', isRepaired: true }];
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    const { reason, remedy } = error.facts;
    return [{ ...base, type: 'github-unreachable', says: reason, remedy }];
  }
}

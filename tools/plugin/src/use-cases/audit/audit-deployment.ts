import type { Environment } from '../../model/environment/environment.ts';
import type { DeploymentSummary } from '../../model/deploy/deployment-record.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { describeObjectDrift } from '../../model/observe/describe-drift.ts';
import { announcedAs, forgeEnvironment, newForgeDeployment } from '../announce/announce-deployment.ts';
import { differencesOf } from './audit-release.ts';
import type { Finding } from './finding.ts';
import type { ObservedService } from '../../ports/cluster.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { AuditRequest } from './audit-request.ts';

type Ports = Pick<ReleasePorts, 'cluster' | 'forge' | 'clock'>;

/** Milliseconds after which a deployment that has not ended has lost its deployer. */
const longestDeployment = 3600_000;

/** Asks record, pods, objects and forge whether they say the same of what runs of a service in an environment. */
export async function auditDeployment(
  environment: Environment,
  observed: ObservedService,
  request: AuditRequest,
  ports: Ports,
): Promise<Finding[]> {
  const { service, newest, running, drift } = observed;
  const finding = (type: string, says: string, remedy: string): Finding => {
    return { subject: `${service} in ${environment.name}`, type, says, remedy, isRepaired: false };
  };
  const again = `Look with \`nx run ${service}:diff --env=${environment.name}\`, then deploy it again with \`nx run ${service}:k8s-deploy --env=${environment.name} --tag=${newest?.release.buildNumber} --force\`.`;
  if (!newest)
    return [
      finding(
        'no-record',
        'A workload of it runs, but no deployment of it is recorded.',
        `Deploy it with \`nx run ${service}:k8s-deploy --env=${environment.name}\`, or delete the workload.`,
      ),
    ];
  const { release, outcome, sequence, startedAt } = newest;
  const isLost = outcome === 'running' && ports.clock().getTime() - Date.parse(startedAt) > longestDeployment;
  if (isLost)
    return [
      finding(
        'deployment-without-end',
        `Deployment ${sequence} (${release.buildNumber}) began ${startedAt} and has not ended.`,
        'Its deployer died: the next deployment, or rollback, says so and goes on.',
      ),
    ];
  if (outcome === 'running') return [];
  const findings = await auditRecord(finding, environment, service, newest, ports);
  if (!running) findings.push(finding('not-running', 'No workload runs it any more.', again));
  if (running && outcome === 'succeeded') {
    const foreign = running.digests.filter((digest) => digest !== release.imageDigest);
    if (foreign.length > 0)
      findings.push(
        finding('other-image', `Pods run ${foreign.join(', ')}; deployed was ${release.imageDigest}.`, again),
      );
    if (running.buildNumber !== release.buildNumber.toString() || running.commit !== release.commit)
      findings.push(
        finding(
          'other-build',
          `The workload says that it is ${running.buildNumber} of commit ${running.commit}; deployed was ${release.buildNumber} of ${release.commit}.`,
          again,
        ),
      );
  }
  for (const line of drift.flatMap(describeObjectDrift)) findings.push(finding('drift', `${line}.`, again));
  findings.push(...(await auditForge(environment, newest, request, ports)));
  return findings;
}

/** Annotations of a record, from which most is read, can be changed; its data cannot. */
async function auditRecord(
  finding: (type: string, says: string, remedy: string) => Finding,
  environment: Environment,
  service: string,
  { sequence, release }: DeploymentSummary,
  ports: Ports,
): Promise<Finding[]> {
  const record = await (await ports.cluster(environment)).record(service, sequence);
  const differences = record ? differencesOf(record.release, release) : ['it was deleted'];
  if (differences.length === 0) return [];
  return [
    finding(
      'record-altered',
      `The annotations of deployment ${sequence} do not say what it recorded: ${differences.join('; ')}.`,
      'Somebody changed them: look at the managedFields of that ControllerRevision.',
    ),
  ];
}

async function auditForge(
  environment: Environment,
  newest: DeploymentSummary,
  { repair }: AuditRequest,
  ports: Ports,
): Promise<Finding[]> {
  const forge = await ports.forge();
  if ('reason' in forge) return [];
  const { release, outcome } = newest;
  const name = forgeEnvironment(environment, release.service);
  const tag = new ReleaseTag(release.service, release.buildNumber);
  const base = {
    subject: `${release.service} in ${environment.name}`,
    type: 'github-deployment-differs',
    isRepaired: false,
  };
  try {
    const shown = await forge.newestDeployment(name);
    if (shown && 'reason' in shown) return [];
    const wanted = announcedAs(outcome);
    const isOpen =
      shown?.ref === tag.toString() && ['in_progress', 'pending', 'queued', undefined].includes(shown.state);
    if (shown?.ref === tag.toString() && shown.state === wanted) return [];
    const says = shown
      ? `GitHub shows ${shown.ref} as ${shown.state ?? 'begun'} in ${name}; ${tag} ${outcome}.`
      : `GitHub shows no deployment of ${name}; ${tag} ${outcome}.`;
    if (!repair) return [{ ...base, says, remedy: 'Fixed by `nx run infrastructure:audit --repair`.' }];
    const deployment = newForgeDeployment({ ...newest, environment });
    const opened = isOpen && shown ? shown : await forge.openDeployment(deployment);
    if ('reason' in opened) return [];
    const { links, description } = deployment;
    await forge.endDeployment(opened, { state: wanted, description, links });
    return [{ ...base, says, remedy: 'GitHub was told.', isRepaired: true }];
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    const { reason, remedy } = error.facts;
    return [{ ...base, type: 'github-unreachable', says: reason, remedy }];
  }
}

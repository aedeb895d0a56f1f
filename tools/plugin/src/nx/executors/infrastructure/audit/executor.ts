import { differenceMark } from '../../../graph/difference-mark.ts';
import { audit, type AuditResult } from '../../../../use-cases/audit/audit.ts';
import { newInRelease } from '../../../../use-cases/release/new-in-release.ts';
import { infrastructureTask, type InfrastructureExecutor } from '../../running/infrastructure-executor.ts';
import { selectedEnvironments } from '../../options/deploy-options.ts';
import { booleanOption, stringOption } from '../../options/options.ts';
import { batchOfTasks, singleOfTask } from '../../running/service-batch.ts';

interface Options {
  readonly env: string | undefined;
  readonly repair: boolean;
  readonly json: boolean;
}

export const executor: InfrastructureExecutor<Options> = {
  doing: 'audit what runs where',
  options: { env: stringOption, repair: booleanOption, json: booleanOption },
  async run({ env, repair, json }, { environments: all, services, service, ports }) {
    const environments = selectedEnvironments(all, env);
    const found = await audit(
      {
        environments,
        services,
        repair,
        // Of a service that the workspace no longer has, nobody knows what it is made of.
        notes: async (release) =>
          services.services.includes(release.service)
            ? newInRelease(release, service(release.service), all, ports)
            : `A release of ${release.service}, which is no longer in the workspace.`,
      },
      ports,
    );
    const mark = found.findings.every(({ isRepaired }) => isRepaired) ? [] : [differenceMark];
    return [...(json ? [JSON.stringify(found)] : describe(found)), ...mark];
  },
};

function describe({ checked, withoutForge, findings }: AuditResult): string[] {
  const open = findings.filter(({ isRepaired }) => !isRepaired).length;
  const mended = findings.length - open;
  const forge = withoutForge === undefined ? ['GitHub'] : [];
  const witnesses = ['git tags', 'image labels', 'pods and objects', 'records', ...forge];
  return [
    `Asked ${witnesses.join(', ')} of ${checked.releases} releases and ${checked.deployments} deployments of ${checked.services} services.`,
    ...(withoutForge === undefined ? [] : [`Not asked: GitHub, because ${withoutForge}.`]),
    ...findings.flatMap(({ subject, type, says, remedy, isRepaired }) => [
      `${subject}: ${isRepaired ? 'mended: ' : ''}${type}: ${says}`,
      `  ${remedy}`,
    ]),
    open === 0 ? 'They agree.' : `${open} on which they do not agree${mended > 0 ? `, ${mended} mended` : ''}.`,
  ];
}

const task = infrastructureTask(executor);
export default singleOfTask(task);
export const batch = batchOfTasks(task);

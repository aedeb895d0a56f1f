import { differenceMark } from '../../../graph/difference-mark.ts';
import { audit, type AuditResult } from '../../../../use-cases/audit/audit.ts';
import { newInRelease } from '../../../../use-cases/release/new-in-release.ts';
import { infrastructureTask, type InfrastructureExecutor } from '../../running/infrastructure-executor.ts';
import { selectedEnvironments } from '../../options/deploy-options.ts';
import { booleanOption, stringOption } from '../../options/options.ts';
import type { Terminal } from '../../output/terminal.ts';
import { batchOfTasks, singleOfTask } from '../../running/service-batch.ts';

interface Options {
  readonly env: string | undefined;
  readonly repair: boolean;
  readonly json: boolean;
}

export const executor: InfrastructureExecutor<Options> = {
  doing: 'audit what runs where',
  options: { env: stringOption, repair: booleanOption, json: booleanOption },
  async run({ env, repair, json }, { environments: all, services, service, ports, terminal }) {
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
    return [...(json ? [JSON.stringify(found)] : describe(found, terminal)), ...mark];
  },
};

function describe({ checked, forge, withoutForge, findings }: AuditResult, { mark }: Terminal): string[] {
  const open = findings.filter(({ isRepaired }) => !isRepaired).length;
  const fixed = findings.length - open;
  const sources = [
    'git tags',
    'image labels',
    'pods and objects',
    'records',
    ...(forge === 'checked' ? ['GitHub'] : []),
  ];
  return [
    `Checked ${sources.join(', ')} of ${checked.releases} releases and ${checked.deployments} deployments of ${checked.services} services.`,
    ...(forge === 'unavailable' ? [`Not checked: GitHub, because ${withoutForge}.`] : []),
    ...findings.flatMap(({ subject, type, says, remedy, isRepaired }) => [
      mark(isRepaired ? 'good' : 'bad', `${subject}: ${isRepaired ? 'fixed: ' : ''}${type}: ${says}`),
      `  hint: ${remedy}`,
    ]),
    open === 0
      ? mark('good', 'All sources agree.')
      : mark('bad', `${open} ${open === 1 ? 'difference' : 'differences'}${fixed > 0 ? `, ${fixed} fixed` : ''}.`),
  ];
}

const task = infrastructureTask(executor);
export default singleOfTask(task);
export const batch = batchOfTasks(task);

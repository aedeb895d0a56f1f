import { textTable } from '../../model/text-table.ts';
import { outdated } from '../../release/outdated.ts';
import { environmentsMeant } from '../deploy-options.ts';
import { infrastructureTask, type InfrastructureExecutor } from '../infrastructure-executor.ts';
import { flag, optionalText } from '../options.ts';
import { batchOfTasks, singleOfTask } from '../service-batch.ts';

interface Options {
  /** All automatic ones when left away. */
  readonly env: string | undefined;
  readonly json: boolean;
}

export const executor: InfrastructureExecutor<Options> = {
  doing: 'find what is outdated',
  options: { env: optionalText, json: flag },
  async run({ env, json }, { environments: all, services, service, ports }) {
    const environments = environmentsMeant(all, env);
    const found = await outdated({ environments, services: services.services.map(service) }, ports);
    if (json) return [JSON.stringify(found)];
    const where = environments.map(({ name }) => name).join(', ');
    if (found.length === 0) return [`Everything is in ${where} as this commit has it.`];
    const rows = found.map(({ service: name, environment, reason }) => [name, environment, reason]);
    return textTable([['SERVICE', 'ENVIRONMENT', 'WHY'], ...rows]);
  },
};

const task = infrastructureTask(executor);
export default singleOfTask(task);
export const batch = batchOfTasks(task);

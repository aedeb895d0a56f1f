import { openMetricsLines } from '../../../../model/observe/open-metrics.ts';
import { metrics } from '../../../../use-cases/observe/metrics.ts';
import { environmentNamed } from '../../../../adapters/workspace/environments.ts';
import { infrastructureTask, type InfrastructureExecutor } from '../../running/infrastructure-executor.ts';
import { booleanOption, exclusive, stringOption } from '../../options/options.ts';
import { batchOfTasks, singleOfTask } from '../../running/service-batch.ts';
import { metricFamilies } from './metric-families.ts';
import { metricsTable } from './metrics-table.ts';
import { periodOr } from './period-option.ts';

interface Options {
  readonly env: string | undefined;
  /** Milliseconds. */
  readonly since: number;
  readonly json: boolean;
  readonly openmetrics: boolean;
}

const doing = 'measure how changes are delivered';
const thirtyDays = 30 * 86_400_000;

export const executor: InfrastructureExecutor<Options> = {
  doing,
  options: { env: stringOption, since: periodOr(thirtyDays), json: booleanOption, openmetrics: booleanOption },
  async run({ env, since, json, openmetrics }, { environments, ports, services, terminal }) {
    exclusive({ json, openmetrics }, doing);
    // There is at least one: readEnvironments refuses a workspace without any.
    const environment = env === undefined ? environments.at(-1)! : environmentNamed(environments, env);
    const found = await metrics({ environment, period: since, services }, ports);
    if (json) return [JSON.stringify(found)];
    return openmetrics ? openMetricsLines(metricFamilies(found)) : metricsTable(found, terminal.columns);
  },
};

const task = infrastructureTask(executor);
export default singleOfTask(task);
export const batch = batchOfTasks(task);

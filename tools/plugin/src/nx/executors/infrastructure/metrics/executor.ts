import { openMetricsLines } from '../../../../model/observe/open-metrics.ts';
import { metrics } from '../../../../use-cases/observe/metrics.ts';
import { metricFamilies } from './metric-families.ts';
import { metricsTable } from './metrics-table.ts';
import { json, output } from '../../options/common-options.ts';
import { formatOption, periodOption } from '../../options/declare-options.ts';
import { lastEnvironmentOption } from '../../options/environment-options.ts';
import { infrastructureExecutor } from '../../running/infrastructure-executor.ts';

export const executor = infrastructureExecutor({
  command: 'infrastructure-metrics',
  doing: 'measure how changes are delivered',
  options: {
    env: lastEnvironmentOption(),
    since: periodOption('How far back', '30d'),
    json,
    openmetrics: formatOption('Print an OpenMetrics text exposition'),
    output,
  },
  examples: [
    { command: 'nx run infrastructure:metrics --env=prod --since=90d', description: 'Of the last 90 days' },
    {
      command: 'nx run infrastructure:metrics --openmetrics --output=poc.prom',
      description: 'For a monitoring system',
    },
  ],
  async run({ env: environment, since, json: isJson, openmetrics }, { ports, services, terminal }) {
    const found = await metrics({ environment, period: since, services }, ports);
    if (isJson) return [JSON.stringify(found)];
    return openmetrics ? openMetricsLines(metricFamilies(found)) : metricsTable(found, terminal.columns);
  },
});

import { history, type EnvironmentHistory } from '../../../../use-cases/observe/history.ts';
import { describeHistory } from '../../output/describe-history.ts';
import { recordFacts } from '../../output/record-facts.ts';
import { json, output } from '../../options/common-options.ts';
import { allEnvironmentsOption } from '../../options/environment-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'history',
  verb: 'show the history of',
  options: { env: allEnvironmentsOption(), json, output },
  examples: [{ command: 'nx run orders:history --env=prod', description: 'What was deployed to prod' }],
  async run({ env: environments, json: isJson }, { service, ports, terminal }) {
    const found = await history(service.name, environments, ports);
    if (isJson) return [JSON.stringify({ service: service.name, environments: found.map(facts) })];
    const now = ports.clock();
    return found.flatMap((each) => ['', ...describeHistory(service.name, each, terminal, now)]).slice(1);
  },
});

/** For scripts: records without their manifests. */
function facts(found: EnvironmentHistory): object {
  return found.state === 'read' ? { ...found, records: found.records.map(recordFacts) } : found;
}

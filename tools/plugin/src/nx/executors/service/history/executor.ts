import { history, type EnvironmentHistory } from '../../../../use-cases/observe/history.ts';
import { selectedEnvironments } from '../../options/deploy-options.ts';
import { booleanOption, stringOption } from '../../options/options.ts';
import { describeHistory } from '../../output/describe-history.ts';
import { recordFacts } from '../../output/record-facts.ts';
import { batchOf, singleOf } from '../../running/service-batch.ts';
import type { ServiceExecutor } from '../../running/service-executor.ts';

interface Options {
  readonly env: string | undefined;
  readonly json: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'show the history of',
  options: () => ({ env: stringOption, json: booleanOption }),
  async run({ env, json }, { service, environments, ports, terminal }) {
    const asked = selectedEnvironments(environments, env);
    const found = await history(service.name, asked, ports);
    if (json) return [JSON.stringify({ service: service.name, environments: found.map(facts) })];
    const now = ports.clock();
    return found.flatMap((each) => ['', ...describeHistory(service.name, each, terminal, now)]).slice(1);
  },
};

/** For scripts: records without their manifests. */
function facts(found: EnvironmentHistory): object {
  return found.state === 'read' ? { ...found, records: found.records.map(recordFacts) } : found;
}

export default singleOf(executor);
export const batch = batchOf(executor);

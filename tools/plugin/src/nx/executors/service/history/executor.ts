import { history, type EnvironmentHistory } from '../../../../use-cases/observe/history.ts';
import { recordsKept } from '../../../../model/deploy/record-retention.ts';
import { describeHistory } from '../../output/describe-history.ts';
import { loggedFacts, recordFacts } from '../../output/record-facts.ts';
import { countOption } from '../../options/declare-options.ts';
import { json, output } from '../../options/common-options.ts';
import { allEnvironmentsOption } from '../../options/environment-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'history',
  verb: 'show the history of',
  options: {
    env: allEnvironmentsOption(),
    limit: countOption('Deployments shown of each environment; those that are no longer recorded come from the log', {
      default: recordsKept,
      least: 1,
      most: 10_000,
    }),
    json,
    output,
  },
  examples: [
    { command: 'nx run orders:history --env=prod', description: 'What was deployed to prod' },
    { command: 'nx run orders:history --env=prod --limit=200', description: 'Also longer ago' },
  ],
  async run({ env: environments, limit, json: isJson }, { service, ports, terminal }) {
    // All that are recorded are one more where the last that succeeded is older than 20 others.
    const found = await history(service.name, environments, ports, limit === recordsKept ? undefined : limit);
    if (isJson) return [JSON.stringify({ service: service.name, environments: found.map(facts) })];
    const now = ports.clock();
    return found.flatMap((each) => ['', ...describeHistory(service.name, each, terminal, now)]).slice(1);
  },
});

/** For scripts: records without their manifests, and lines of the log by the same names. */
function facts(found: EnvironmentHistory): object {
  return found.state === 'read'
    ? { ...found, records: found.records.map(recordFacts), logged: found.logged.map(loggedFacts) }
    : found;
}

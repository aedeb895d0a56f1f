import { azureMatrix, shard, githubMatrix } from '../../../../model/ci/job-matrix.ts';
import { ciOf } from '../../../../model/ci/ci-run.ts';
import { textTable } from '../../../../model/text/text-table.ts';
import { affectedBase } from '../../../../use-cases/observe/affected-base.ts';
import { outdated, type Outdated } from '../../../../use-cases/observe/outdated.ts';
import { outputVariable } from '../../output/ci/output-variable.ts';
import { targetEnvironments } from '../../options/deploy-options.ts';
import { infrastructureTask, type InfrastructureExecutor } from '../../running/infrastructure-executor.ts';
import { countOption, booleanOption, exclusive, stringOption } from '../../options/options.ts';
import { batchOfTasks, singleOfTask } from '../../running/service-batch.ts';

interface Options {
  /** All automatic ones when left away. */
  readonly env: string | undefined;
  readonly json: boolean;
  /** Tells it to the CI, as jobs. */
  readonly matrix: boolean;
  /** How many jobs at most. Nx would keep an option of the name `agents` to itself. */
  readonly jobs: number;
}

const doing = 'find what is outdated';

export const executor: InfrastructureExecutor<Options> = {
  doing,
  options: { env: stringOption, json: booleanOption, matrix: booleanOption, jobs: countOption(4, 1, 100) },
  async run({ env, json, matrix, jobs }, { environments: all, services, service, ports, terminal }) {
    exclusive({ json, matrix }, doing);
    const environments = targetEnvironments(all, env);
    const found = await outdated({ environments, services: services.services.map(service) }, ports);
    if (json) return [JSON.stringify(found)];
    const where = environments.map(({ name }) => name).join(', ');
    const rows = found.map(({ service: name, environment, reason }) => [name, environment, reason]);
    const table =
      found.length === 0
        ? [terminal.mark('good', `${where} is up to date with this commit.`)]
        : textTable([['SERVICE', 'ENVIRONMENT', 'WHY'], ...rows], terminal.columns);
    return matrix ? tellCi(found, jobs, await affectedBase(found, ports), table) : table;
  },
};

/** Sets the variables of the CI; where it has none, all is in one line of JSON instead of the table. */
function tellCi(found: readonly Outdated[], jobs: number, base: string, table: readonly string[]): readonly string[] {
  const toRelease = found.filter(({ isLater }) => !isLater).map(({ service }) => service);
  const hands = shard([...new Set(toRelease)].sort(), jobs);
  const services = ciOf(process.env) === 'azure' ? azureMatrix(hands) : githubMatrix(hands);
  const variables = { services: JSON.stringify(services), base, any: String(hands.length > 0) };
  const isTold = Object.entries(variables).map(([name, value]) => outputVariable(process.env, name, value));
  if (isTold.every(Boolean)) return [...table, `Base for nx affected: ${base}`];
  return [JSON.stringify({ services: githubMatrix(hands).include, base, any: hands.length > 0 })];
}

const task = infrastructureTask(executor);
export default singleOfTask(task);
export const batch = batchOfTasks(task);

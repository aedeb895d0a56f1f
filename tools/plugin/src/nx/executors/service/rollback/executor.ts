import type { BuildNumber } from '../../../../model/release/build-number.ts';
import type { Environment } from '../../../../model/environment/environment.ts';
import { describeHold } from '../../../../model/rollback/hold.ts';
import { describeChangeSet } from '../../../../use-cases/deploy/roll-out.ts';
import { history } from '../../../../use-cases/observe/history.ts';
import {
  describeRollback,
  planRollback,
  rollBack,
  type RollbackPlan,
  type RollbackResult,
} from '../../../../use-cases/rollback/rollback.ts';
import type { ReleasePorts } from '../../../../ports/release-ports.ts';
import { actorOf } from '../../running/actor.ts';
import { deployOutcome, recordOutcome } from '../../output/ci/deploy-outcome.ts';
import { describeDeployment } from '../../output/describe-deploy.ts';
import type { Terminal } from '../../output/terminal.ts';
import { oneEnvironment } from '../../options/deploy-options.ts';
import { buildNumberOption, booleanOption, stringOption, secondsOption } from '../../options/options.ts';
import { batchOf, singleOf } from '../../running/service-batch.ts';
import type { ServiceExecutor } from '../../running/service-executor.ts';

interface Options {
  readonly env: string | undefined;
  readonly tag: BuildNumber | undefined;
  readonly reason: string | undefined;
  /** Seconds. */
  readonly timeout: number;
  readonly dryRun: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'roll back',
  options: (service) => ({
    env: stringOption,
    tag: buildNumberOption(service),
    reason: stringOption,
    timeout: secondsOption(300, 1, 86_400),
    dryRun: booleanOption,
  }),
  async run({ env, tag, reason, timeout, dryRun }, { service, environments, ports, reporter, terminal, tell, signal }) {
    const environment = oneEnvironment(environments, env, `roll ${service.name} back`);
    const environmentNames = environments.map(({ name }) => name);
    const request = { service, environment, environmentNames, to: tag, actor: actorOf(process.env), reason };
    const plan = await planRollback(request, ports, reporter);
    const lines = await describeRollback(plan, ports);
    if (dryRun) {
      const would = [...lines, `dry run: would do in ${environment.name}: ${describeChangeSet(plan.changes)}`];
      return would.map((line) => `${service.name}: ${line}`);
    }
    for (const line of lines) reporter.step(line);
    const [result, elsewhere] = await Promise.all([
      rollBack(plan, { timeout: timeout * 1000, signal }, ports, reporter),
      stillRunning(plan, environments, ports),
    ]);
    tell(
      result.state === 'unchanged'
        ? deployOutcome(plan.release, environment, result)
        : recordOutcome(result.record, environment, 'rolled back'),
    );
    return [...describe(plan, result, terminal), ...elsewhere.map((line) => terminal.mark('caution', line))];
  },
};

function describe({ request, release }: RollbackPlan, result: RollbackResult, { mark }: Terminal): string[] {
  const { service, environment } = request;
  const what = `${service.name} ${release.buildNumber}`;
  if (result.state === 'unchanged')
    return [mark('good', `${what}: already running in ${environment.name}; nothing to do`)];
  const deployment = describeDeployment(result.record, environment);
  return [
    mark('good', `${what}: runs in ${environment.name} again ${deployment}`),
    ...(result.hold
      ? [`${describeHold(result.hold, environment.name)}; release a newer build or use \`--force\` to end that`]
      : []),
  ];
}

/** Returns a line for each other environment that runs the build that is left: what is wrong with it is wrong there too. */
async function stillRunning(
  { request, from }: RollbackPlan,
  environments: readonly Environment[],
  ports: Pick<ReleasePorts, 'cluster'>,
): Promise<string[]> {
  const { service, environment } = request;
  const others = environments.filter(({ name }) => name !== environment.name);
  const { buildNumber } = from.release;
  return (await history(service.name, others, ports)).flatMap((found) => {
    const newest = found.state === 'read' ? found.records[0] : undefined;
    return newest?.outcome === 'succeeded' && newest.release.buildNumber.equals(buildNumber)
      ? [`${found.environment} runs ${buildNumber} too: nx run ${service.name}:rollback --env=${found.environment}`]
      : [];
  });
}

export default singleOf(executor);
export const batch = batchOf(executor);

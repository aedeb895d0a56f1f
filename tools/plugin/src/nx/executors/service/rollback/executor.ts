import type { BuildNumber } from '../../../../model/release/build-number.ts';
import { linkOf } from '../../../../model/forge/forge-text.ts';
import { describeHold } from '../../../../model/rollback/hold.ts';
import { describeChangeSet } from '../../../../use-cases/deploy/roll-out.ts';
import { describeRollback, planRollback, rollBack } from '../../../../use-cases/rollback/rollback.ts';
import { actorOf } from '../../running/actor.ts';
import { releaseOutcome } from '../../output/ci/deploy-outcome.ts';
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
  async run({ env, tag, reason, timeout, dryRun }, { service, environments, ports, reporter, tell, signal }) {
    const environment = oneEnvironment(environments, env, `roll ${service.name} back`);
    const environmentNames = environments.map(({ name }) => name);
    const request = { service, environment, environmentNames, to: tag, actor: actorOf(process.env), reason };
    const plan = await planRollback(request, ports, reporter);
    const lines = await describeRollback(plan, ports);
    if (dryRun) return [...lines, `Dry run: would do in ${environment.name}: ${describeChangeSet(plan.changes)}`];
    for (const line of lines) reporter.step(line);
    const result = await rollBack(plan, { timeout: timeout * 1000, signal }, ports, reporter);
    tell({
      ...releaseOutcome(plan.release, result.state === 'unchanged' ? 'runs there already' : 'runs there again'),
      environment: environment.name,
      url: linkOf(environment.url),
    });
    const what = `${service.name} ${plan.release.buildNumber}`;
    return result.state === 'unchanged'
      ? [`${what}: nothing to do in ${environment.name}, it runs there`]
      : [
          `${what}: runs in ${environment.name} again`,
          ...(result.hold
            ? [`Held in ${environment.name}: ${describeHold(result.hold)}. A newer build or --force ends that.`]
            : []),
        ];
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);

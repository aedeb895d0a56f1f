import type { BuildNumber } from '../../model/build-number.ts';
import { linkOf } from '../../model/forge-text.ts';
import { describeHold } from '../../model/hold.ts';
import { describeChanges } from '../../release/roll-out.ts';
import { describeRollback, planRollback, rollBack } from '../../release/rollback.ts';
import { actorOf } from '../actor.ts';
import { releaseOutcome } from '../ci/deploy-outcome.ts';
import { oneEnvironment } from '../deploy-options.ts';
import { buildOf, flag, optionalText, seconds } from '../options.ts';
import { batchOf, singleOf } from '../service-batch.ts';
import type { ServiceExecutor } from '../service-executor.ts';

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
    env: optionalText,
    tag: buildOf(service),
    reason: optionalText,
    timeout: seconds(300, 1, 86_400),
    dryRun: flag,
  }),
  async run({ env, tag, reason, timeout, dryRun }, { service, environments, ports, reporter, tell, signal }) {
    const environment = oneEnvironment(environments, env, `roll ${service.name} back`);
    const environmentNames = environments.map(({ name }) => name);
    const request = { service, environment, environmentNames, to: tag, actor: actorOf(process.env), reason };
    const plan = await planRollback(request, ports, reporter);
    const lines = await describeRollback(plan, ports);
    if (dryRun) return [...lines, `Dry run: would do in ${environment.name}: ${describeChanges(plan.changes)}`];
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

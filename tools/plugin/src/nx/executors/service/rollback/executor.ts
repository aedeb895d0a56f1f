import { linkOf } from '../../../../model/forge/forge-text.ts';
import { describeHold } from '../../../../model/rollback/hold.ts';
import { describeChangeSet } from '../../../../use-cases/deploy/roll-out.ts';
import { describeRollback, planRollback, rollBack } from '../../../../use-cases/rollback/rollback.ts';
import { actorOf } from '../../running/actor.ts';
import { releaseOutcome } from '../../output/ci/deploy-outcome.ts';
import { dryRun, reason, timeout } from '../../options/common-options.ts';
import { buildNumberOption } from '../../options/declare-options.ts';
import { oneEnvironmentOption } from '../../options/environment-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'rollback',
  verb: 'roll back',
  options: {
    env: oneEnvironmentOption(),
    tag: buildNumberOption(
      'Release: 20261124-1 or orders-20261124-1 (default: the last good one before the one that runs)',
    ),
    reason,
    timeout,
    dryRun,
  },
  examples: [
    { command: 'nx run orders:rollback --env=prod --dry-run', description: 'What would go back' },
    { command: 'nx run orders:rollback --env=prod --reason="wrong totals"', description: 'Go back, and hold' },
  ],
  async run(
    { env: environment, tag, reason: why, timeout: seconds, dryRun: isDryRun },
    { service, environments, ports, reporter, tell, signal },
  ) {
    const environmentNames = environments.map(({ name }) => name);
    const request = { service, environment, environmentNames, to: tag, actor: actorOf(process.env), reason: why };
    const plan = await planRollback(request, ports, reporter);
    const lines = await describeRollback(plan, ports);
    if (isDryRun) return [...lines, `Dry run: would do in ${environment.name}: ${describeChangeSet(plan.changes)}`];
    for (const line of lines) reporter.step(line);
    const result = await rollBack(plan, { timeout: seconds * 1000, signal }, ports, reporter);
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
});

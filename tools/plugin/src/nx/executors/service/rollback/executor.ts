import type { Environment } from '../../../../model/environment/environment.ts';
import { describeChangeSet } from '../../../../use-cases/deploy/rollout/roll-out.ts';
import { history } from '../../../../use-cases/observe/history.ts';
import {
  describeRollback,
  planRollback,
  rollBack,
  type RollbackPlan,
} from '../../../../use-cases/rollback/rollback.ts';
import { tellPlanned } from '../../../../use-cases/deploy/rollout/rollout-publication.ts';
import type { ReleasePorts } from '../../../../ports/release-ports.ts';
import { actorOf } from '../../running/actor.ts';
import { deployOutcome, recordOutcome } from '../../output/ci/deploy-outcome.ts';
import { describeRolledBack } from '../../output/describe-rolled-back.ts';
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
      'Release that succeeded there: 20261124-1 or orders-20261124-1 (default: the last one before the one that runs)',
    ),
    reason,
    timeout,
    dryRun,
  },
  examples: [
    { command: 'nx run orders:rollback --env=prod --dry-run', description: 'Show what would be rolled back' },
    {
      command: 'nx run orders:rollback --env=prod --reason="wrong totals"',
      description: 'Roll back, and hold the release',
    },
  ],
  async run(
    { env: environment, tag, reason: why, timeout: seconds, dryRun: isDryRun },
    { service, environments, ports, reporter, terminal, tell, branch: mainBranch, signal },
  ) {
    const environmentNames = environments.map(({ name }) => name);
    const actor = actorOf(process.env);
    const request = { service, environment, environmentNames, mainBranch, to: tag, actor, reason: why };
    const plan = await planRollback(request, ports);
    const lines = await describeRollback(plan, ports);
    if (isDryRun) {
      tellPlanned(plan.publication, environment, reporter);
      for (const { line } of plan.losses) reporter.warn(`${environment.name}: ${line}`);
      for (const doubt of plan.doubts) reporter.warn(doubt);
      const would = [...lines, `dry run: would do in ${environment.name}: ${describeChangeSet(plan.changes)}`];
      return would.map((line) => `${service.name}: ${line}`);
    }
    for (const line of lines) reporter.step(line);
    const [result, elsewhere] = await Promise.all([
      rollBack(plan, { timeoutMs: seconds * 1000, signal }, ports, reporter),
      stillRunning(plan, environments, ports),
    ]);
    tell(
      result.state === 'unchanged'
        ? deployOutcome(plan.release, environment, result)
        : recordOutcome(result.record, environment, 'rolled back'),
    );
    return [...describeRolledBack(plan, result, terminal), ...elsewhere.map((line) => terminal.mark('caution', line))];
  },
});

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

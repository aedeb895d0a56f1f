import pMap from 'p-map';
import type { JobOutcome } from '../../../../model/ci/output/job-summary.ts';
import type { Environment } from '../../../../model/environment/environment.ts';
import { formatSecond } from '../../../../model/text/timestamp.ts';
import { ProductError, Failure } from '../../../../model/errors/product-error.ts';
import {
  planEnvironmentRollback,
  rollBackEnvironment,
  type EnvironmentRollbackPlan,
} from '../../../../use-cases/rollback/rollback-environment.ts';
import { describeChangeSet } from '../../../../use-cases/deploy/rollout/roll-out.ts';
import { describeRollback, type RollbackPlan, type RollbackResult } from '../../../../use-cases/rollback/rollback.ts';
import { actorOf } from '../../running/actor.ts';
import { errorOutcome, recordOutcome } from '../../output/ci/deploy-outcome.ts';
import { dryRun, reason, timeout } from '../../options/common-options.ts';
import { oneEnvironmentOption } from '../../options/environment-options.ts';
import { momentOrRecordOption } from './moment-or-record.ts';
import type { Terminal } from '../../output/terminal.ts';
import { infrastructureExecutor } from '../../running/infrastructure-executor.ts';

export const executor = infrastructureExecutor({
  command: 'infrastructure-rollback',
  doing: 'roll an environment back',
  options: {
    env: oneEnvironmentOption(),
    to: momentOrRecordOption,
    reason,
    timeout,
    dryRun,
  },
  examples: [
    { command: 'nx run infrastructure:rollback --env=prod --to=2h --dry-run', description: 'The plan' },
    {
      command: 'nx run infrastructure:rollback --env=prod --to=orders#12',
      description: 'Before a deployment went wrong',
    },
  ],
  async run(
    { env: environment, to, reason: why, timeout: seconds, dryRun: isDryRun },
    { environments, ports, reporter, terminal, tell, service, branch: mainBranch, signal },
  ) {
    const environmentNames = environments.map(({ name }) => name);
    const actor = actorOf(process.env);
    const request = { environment, environmentNames, mainBranch, to, actor, reason: why, service };
    const all = reporter(environment.name);
    const plan = await planEnvironmentRollback(request, ports);
    for (const line of await describePlan(environment.name, plan, ports)) all.step(line);
    if (isDryRun) return [`${environment.name}: dry run: nothing was changed`];
    const results = await rollBackEnvironment(plan, { timeoutMs: seconds * 1000, signal }, ports, reporter);
    tell(...results.map(({ service: name, result }) => outcomeOf(name, environment, result)));
    const lines = results.flatMap(({ service: name, result }) => describeResult(name, result, terminal));
    const failed = results.filter(({ result }) => result instanceof ProductError);
    if (failed.length === 0)
      return [...lines, `${environment.name} is as it was at ${formatSecond(plan.at.toISOString())}`];
    throw new Failure({
      type: 'environment-not-rolled-back',
      doing: `roll ${environment.name} back`,
      reason: `${failed.map(({ service: name }) => name).join(', ')} were not rolled back.`,
      remedy: 'Run the same command again; it continues with those that are left.',
      evidence: lines,
    });
  },
});

/** Services whose APIs of then and now are read at the same time. */
const describedAtOnce = 4;

async function describePlan(
  environment: string,
  { at, plans, same, younger }: EnvironmentRollbackPlan,
  ports: Parameters<typeof describeRollback>[1],
): Promise<string[]> {
  const describeOne = async (plan: RollbackPlan) => {
    const lines = [
      ...(await describeRollback(plan, ports)),
      ...plan.losses.map(({ line }) => `warning: ${line}`),
      ...plan.doubts.map((line) => `warning: ${line}`),
      describeChangeSet(plan.changes),
      ...(plan.publication?.plannedLines() ?? []),
    ];
    return lines.map((line) => `  ${plan.request.service.name}  ${line.replace(`${environment}: `, '')}`);
  };
  const each = await pMap(plans, describeOne, { concurrency: describedAtOnce });
  return [
    `the plan: as it was at ${formatSecond(at.toISOString())}`,
    ...each.flat(),
    ...(same.length > 0 ? [`  as they were: ${same.join(', ')}`] : []),
    ...(younger.length > 0 ? [`  not there yet then, stay as they are: ${younger.join(', ')}`] : []),
  ];
}

function outcomeOf(service: string, environment: Environment, result: RollbackResult | ProductError): JobOutcome {
  if (result instanceof ProductError) return errorOutcome(service, result);
  if (result.state === 'unchanged')
    return { service, outcome: 'nothing to do', state: 'unchanged', environment: environment.name };
  return recordOutcome(result.record, environment, 'rolled back');
}

function describeResult(service: string, result: RollbackResult | ProductError, { mark }: Terminal): string[] {
  if (result instanceof ProductError) {
    const [headline = '', ...others] = result.explain().split('\n');
    return [mark('bad', `${service}: ${headline}`), ...others];
  }
  if (result.state === 'unchanged') return [mark('good', `${service}: nothing to do`)];
  return [mark('good', `${service}: runs ${result.record.release.buildNumber} again`)];
}

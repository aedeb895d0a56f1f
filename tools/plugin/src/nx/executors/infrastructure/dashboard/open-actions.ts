import { randomBytes } from 'node:crypto';
import { DashboardActions } from '../../../../use-cases/dashboard/actions/actions.ts';
import type { ActionContext, ActionWords } from '../../../../use-cases/dashboard/actions/action-context.ts';
import { describeChangeSet } from '../../output/describe-change-set.ts';
import { describeDeploy } from '../../output/describe-deploy.ts';
import { describeRolledBack } from '../../output/describe-rolled-back.ts';
import { plainTerminal } from '../../output/terminal.ts';
import { timeout } from '../../options/common-options.ts';
import { actorOf } from '../../running/actor.ts';
import { describeBug } from '../../running/bug-report.ts';
import { createPorts } from '../../running/connections/create-ports.ts';
import { stagedPorts } from '../../running/connections/staged-ports.ts';
import { Stages } from '../../running/connections/stages.ts';
import type { InfrastructureRun } from '../../running/infrastructure-executor.ts';
import { buildByNx } from './build-by-nx.ts';

type Run = Pick<
  InfrastructureRun,
  'environments' | 'clocks' | 'service' | 'branch' | 'workspaceRoot' | 'typed' | 'signal'
>;

/**
 * Returns the actions of a dashboard that was started with `--actions`: they do as the commands do, by whom they would.
 * @throws {Refusal} in a CI.
 */
export function openActions({
  environments,
  clocks,
  service,
  branch,
  workspaceRoot,
  typed,
  signal,
}: Run): Promise<DashboardActions> {
  const words: ActionWords = {
    deployed: (name, release, environment, result) =>
      describeDeploy({ service: name, release }, environment, result, plainTerminal),
    rolledBack: (plan, result) => describeRolledBack(plan, result, plainTerminal),
    changes: describeChangeSet,
    bug: describeBug,
    typed,
  };
  const stages = new Stages();
  const context = (): ActionContext => ({
    ports: stagedPorts(createPorts(workspaceRoot, process.env, clocks?.look), { stages, signal, onStage: () => {} }),
    words,
    actor: actorOf(process.env),
    mainBranch: branch,
    timeoutMs: timeout.read(undefined, { doing: 'start the dashboard', name: 'timeout' }) * 1000,
    environments: () => Promise.resolve(environments),
    service,
    build: (request) => buildByNx(request, { workspaceRoot, typed }),
    newId: () => randomBytes(16).toString('hex'),
    anew: context,
  });
  return DashboardActions.open(context());
}

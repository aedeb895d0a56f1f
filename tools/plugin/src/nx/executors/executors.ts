import { commandNamed, type CommandName } from '../graph/commands.ts';
import type { InfrastructureExecutor } from './running/infrastructure-executor.ts';
import { infrastructureTask } from './running/infrastructure-executor.ts';
import type { ServiceExecutor } from './running/service-executor.ts';
import { serviceTask } from './running/service-executor.ts';
import type { Task } from './running/task.ts';
import { executor as audit } from './infrastructure/audit/executor.ts';
import { executor as dashboard } from './infrastructure/dashboard/executor.ts';
import { executor as infrastructureDoctor } from './infrastructure/doctor/executor.ts';
import { executor as metrics } from './infrastructure/metrics/executor.ts';
import { executor as outdated } from './infrastructure/outdated/executor.ts';
import { executor as packageConfiguration } from './infrastructure/package/executor.ts';
import { executor as portal } from './infrastructure/portal/executor.ts';
import { executor as provision } from './infrastructure/provision/executor.ts';
import { executor as infrastructureRollback } from './infrastructure/rollback/executor.ts';
import { executor as infrastructureStatus } from './infrastructure/status/executor.ts';
import { executor as where } from './infrastructure/where/executor.ts';
import { executor as apiLint } from './service/api-lint/executor.ts';
import { executor as apiPublish } from './service/api-publish/executor.ts';
import { executor as canary } from './service/canary/executor.ts';
import { executor as changes } from './service/changes/executor.ts';
import { executor as dev } from './service/dev/executor.ts';
import { executor as diff } from './service/diff/executor.ts';
import { executor as dockerRelease } from './service/docker-release/executor.ts';
import { executor as gitTag } from './service/git-tag/executor.ts';
import { executor as history } from './service/history/executor.ts';
import { executor as k8sDeploy } from './service/k8s-deploy/executor.ts';
import { executor as promote } from './service/promote/executor.ts';
import { executor as release } from './service/release/executor.ts';
import { executor as rollback } from './service/rollback/executor.ts';
import { executor as status } from './service/status/executor.ts';

/** An executor of this plugin. */
export type Executor = ServiceExecutor | InfrastructureExecutor;

/** All executors, by the names that executors.json has. */
export const executors: Readonly<Record<CommandName, Executor>> = {
  release,
  'docker-release': dockerRelease,
  'git-tag': gitTag,
  'k8s-deploy': k8sDeploy,
  'api-publish': apiPublish,
  promote,
  canary,
  rollback,
  status,
  history,
  diff,
  changes,
  'api-lint': apiLint,
  dev,
  'infrastructure-rollback': infrastructureRollback,
  'infrastructure-status': infrastructureStatus,
  'infrastructure-where': where,
  'infrastructure-audit': audit,
  'infrastructure-outdated': outdated,
  'infrastructure-metrics': metrics,
  'infrastructure-portal': portal,
  'infrastructure-dashboard': dashboard,
  'infrastructure-doctor': infrastructureDoctor,
  'infrastructure-package': packageConfiguration,
  'infrastructure-provision': provision,
};

/** Returns what an executor does for a project, as a task of Nx. */
export function taskOf(executor: Executor): Task {
  return executor.of === 'service' ? serviceTask(executor) : infrastructureTask(executor);
}

/** Reports whether an executor runs until it is stopped. */
export function isContinuous({ command }: Executor): boolean {
  return commandNamed(command).isContinuous ?? false;
}

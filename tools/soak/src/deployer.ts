import { WorkspaceTargets } from '../../plugin/src/nx/executors/running/workspace-targets.ts';
import { RunLog } from '../../plugin/src/nx/executors/output/ci/run-log.ts';
import type { Environment } from '../../plugin/src/model/environment/environment.ts';
import { executor as deploy } from '../../plugin/src/nx/executors/service/k8s-deploy/executor.ts';
import type { RawOptions } from '../../plugin/src/nx/executors/options/options.ts';
import { createPorts } from '../../plugin/src/nx/executors/running/connections/create-ports.ts';
import { executor as rollback } from '../../plugin/src/nx/executors/service/rollback/executor.ts';
import { serviceTask } from '../../plugin/src/nx/executors/running/service-executor.ts';
import { exitCodeOf } from './exit-code.ts';
import { releasedService } from './soak-source.ts';

/** The orders of a deployer, as JSON in its first argument. */
export interface DeployerOrder {
  readonly command: 'k8s-deploy' | 'rollback';
  readonly service: string;
  readonly options: RawOptions;
  readonly workspaceRoot: string;
  readonly environment: Environment;
}

/**
 * A process that does what `nx run soak:k8s-deploy` and `nx run soak:rollback` do, without Nx: that would be a second of
 * each of some hundred runs.
 */
async function main(): Promise<void> {
  const { command, service, options, workspaceRoot, environment } = JSON.parse(process.argv[2] ?? '') as DeployerOrder;
  const task = command === 'k8s-deploy' ? serviceTask(deploy) : serviceTask(rollback);
  const result = await task(service, options, {
    workspaceRoot,
    ports: createPorts(workspaceRoot, process.env),
    environments: async () => [environment],
    service: () => releasedService(service, workspaceRoot),
    serviceOf: () => releasedService(service, workspaceRoot),
    services: () => ({
      services: [service],
      affectedBy: () => new Set<string>(),
      usersOf: () => new Set<string>(),
      concernedBy: () => new Set<string>(),
      holdersOf: () => [],
      directUsersOf: () => [],
      describeLink: (name) => ({ kind: 'project', name }),
    }),
    targets: new WorkspaceTargets({ projectGraph: { nodes: {}, dependencies: {} }, nxJsonConfiguration: {} }),
    branch: 'main',
    verbose: false,
    log: new RunLog({}),
    signal: new AbortController().signal,
  });
  // As Nx does: what is still open then is nobody's any more.
  process.stdout.write(result.terminalOutput, () => process.exit(exitCodeOf(result)));
}

void main();

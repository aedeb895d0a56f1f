import { setPlaces } from '../../../model/workspace/places.ts';
import { readPluginOptionsIn } from '../../../model/workspace/plugin-options.ts';
import type { ExecutorContext } from '@nx/devkit';
import type { Environment } from '../../../model/environment/environment.ts';
import { knownSecrets } from '../../../model/secrets/known-secrets.ts';
import type { WorkspaceMap } from '../../../ports/project-links.ts';
import type { ServiceSource } from '../../../ports/service-source.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import { readEnvironments } from '../../../adapters/workspace/environments.ts';
import { RunLog } from '../output/ci/run-log.ts';
import { ClockComparison } from './clock-comparison.ts';
import { createPorts } from './connections/create-ports.ts';
import { mainBranch } from './main-branch.ts';
import { projectNameOf } from './service-names.ts';
import { serviceOf, workspaceService, workspaceServices } from './workspace-service.ts';
import { WorkspaceTargets } from './workspace-targets.ts';

/** The resources that all services of one command share. */
export interface SharedRun {
  readonly workspaceRoot: string;
  /** Set when the command is for several projects. */
  readonly isForMany?: boolean;
  readonly ports: ReleasePorts;
  /** This machine's clock beside those of clusters and registries. */
  readonly clocks?: ClockComparison;
  /** @throws {Refusal} when a file has mistakes. */
  environments(): Promise<readonly Environment[]>;
  /** @throws {Refusal} when the workspace has no such service. */
  service(name: string): ServiceSource;
  /** Returns the service that a project is. @throws {Refusal} when it is none, or another has its name. */
  serviceOf(project: string): ServiceSource;
  /** The services of the workspace, and what they are made of. */
  services(): WorkspaceMap;
  /** The projects as Nx knows them, and its settings. */
  readonly workspace?: Pick<ExecutorContext, 'projectGraph' | 'nxJsonConfiguration'>;
  /** The targets of this plugin in the graph. */
  readonly targets: WorkspaceTargets;
  /** The main branch. */
  readonly branch: string;
  readonly verbose: boolean;
  readonly log: RunLog;
  /** Aborted when the command shall stop: it then ends what it is writing, and says how far it came. */
  readonly signal: AbortSignal;
}

/** Gathers it; nothing is read or connected before it is asked for. @param projects how many the command is for. */
export function sharedRun(context: ExecutorContext, signal: AbortSignal, projects: number): SharedRun {
  knownSecrets.addVariables(process.env);
  // A mistake in the options is refused by each task.
  setPlaces(readPluginOptionsIn(context.nxJsonConfiguration).options);
  const clocks = new ClockComparison();
  const ports = createPorts(context.root, process.env, clocks.look);
  let environments: Promise<readonly Environment[]> | undefined;
  let services: WorkspaceMap | undefined;
  const log = new RunLog(process.env, (name) => projectNameOf(context.projectGraph, name));
  signal.addEventListener('abort', () => log.screen.detach(), { once: true });
  return {
    workspaceRoot: context.root,
    isForMany: projects > 1,
    ports,
    clocks,
    environments: () => (environments ??= readEnvironments(context.root)),
    service: (name) => workspaceService(name, context, ports.repository),
    workspace: context,
    serviceOf: (project) => serviceOf(project, context, ports.repository),
    services: () => (services ??= workspaceServices(context)),
    targets: new WorkspaceTargets(context),
    branch: mainBranch(context.root, context.nxJsonConfiguration),
    signal,
    log,
    // Nx tells a batch of `--verbose` only so.
    verbose: context.isVerbose || process.env['NX_VERBOSE_LOGGING'] === 'true',
  };
}

import type { EngineName } from '../container/choose-engine.ts';
import { GitRepository } from '../git/git-repository.ts';
import { HttpProber } from '../http/http-prober.ts';
import { findForgeAccess } from '../model/forge-access.ts';
import type { CredentialsOf } from '../model/credentials.ts';
import type { Environment } from '../model/environment.ts';
import { Refusal } from '../model/product-error.ts';
import { AzureRegistries } from '../registry/azure-registries.ts';
import { HttpImageRegistry } from '../registry/http-image-registry.ts';
import type { Cluster } from '../release/ports/cluster.ts';
import type { ContainerEngine } from '../release/ports/container-engine.ts';
import type { Forge } from '../release/ports/forge.ts';
import type { SourceRepository } from '../release/ports/source-repository.ts';
import type { ReleasePorts } from '../release/release-ports.ts';

/** Which engine to take is a matter of the machine, not of a command. */
const engineVariable = 'POC_CONTAINER_ENGINE';

/** The outside world itself. Engine and clusters are looked for when they are first needed. */
export function realPorts(workspaceRoot: string, env: NodeJS.ProcessEnv): ReleasePorts {
  let engine: Promise<ContainerEngine> | undefined;
  let forge: ReturnType<ReleasePorts['forge']> | undefined;
  const azure = new AzureRegistries();
  const repository = new GitRepository(workspaceRoot);
  const clusters = new Map<string, Promise<Cluster>>();
  return {
    repository,
    registry: new HttpImageRegistry(azure.credentialsOf),
    prober: new HttpProber(),
    clock: () => new Date(),
    engine: () => (engine ??= findEngine(env[engineVariable], azure.lentCredentialsOf)),
    cluster: (environment) => {
      const known = clusters.get(environment.name);
      if (known) return known;
      const connecting = connectTo(environment, workspaceRoot);
      clusters.set(environment.name, connecting);
      return connecting;
    },
    configuration: async (environment) => {
      const { connectForProvisioning } = await import('../kubernetes/connect.ts');
      return connectForProvisioning(environment, workspaceRoot);
    },
    forge: () => (forge ??= findForge(repository, env)),
  };
}

async function findEngine(chosen: string | undefined, lent: CredentialsOf): Promise<ContainerEngine> {
  const { chooseEngine } = await import('../container/choose-engine.ts');
  if (chosen === undefined || chosen === '') return chooseEngine(undefined, lent);
  if (chosen === 'docker' || chosen === 'podman') return chooseEngine(chosen satisfies EngineName, lent);
  throw new Refusal({
    type: 'bad-container-engine',
    doing: 'find a container engine',
    reason: `The variable ${engineVariable} is "${chosen.slice(0, 80)}".`,
    remedy: 'Set it to docker or podman, or unset it to take what is there.',
  });
}

async function connectTo(environment: Environment, workspaceRoot: string): Promise<Cluster> {
  // The Kubernetes client takes 0.7 s to load, so it is loaded only where a cluster is needed.
  const { connect } = await import('../kubernetes/connect.ts');
  return connect(environment, workspaceRoot);
}

async function findForge(repository: SourceRepository, env: NodeJS.ProcessEnv): Promise<Forge | { reason: string }> {
  const access = findForgeAccess(await repository.originUrl(), env);
  if ('reason' in access) return access;
  const { GitHubForge } = await import('../github/github-forge.ts');
  return new GitHubForge(access);
}

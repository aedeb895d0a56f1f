import { findApprovals } from './find-approvals.ts';
import type { EngineName } from '../../../../adapters/container/choose-engine.ts';
import { GitRepository } from '../../../../adapters/git/git-repository.ts';
import { HttpProber } from '../../../../adapters/http/http-prober.ts';
import { checkKeyOf } from '../../../../model/facade/checking/subscription-key.ts';
import { findForgeAccess } from '../../../../model/forge/forge-access.ts';
import type { CredentialsOf } from '../../../../model/image/credentials.ts';
import type { ApiManagement, Environment, PrometheusSettings } from '../../../../model/environment/environment.ts';
import { Refusal } from '../../../../model/errors/product-error.ts';
import { SopsFiles } from '../../../../adapters/sops/sops-files.ts';
import { AzureRegistries } from '../../../../adapters/registry/azure-registries.ts';
import { LocalRenderers } from '../../../../adapters/rendering/local-renderers.ts';
import { HttpImageRegistry } from '../../../../adapters/registry/http-image-registry.ts';
import { RegistryCharts } from '../../../../adapters/registry/registry-charts.ts';
import type { ApprovalSource } from '../../../../ports/approvals.ts';
import type { OnAnswer } from '../../../../ports/clock.ts';
import type { Cluster } from '../../../../ports/cluster.ts';
import type { ContainerEngine } from '../../../../ports/container-engine.ts';
import type { Facade } from '../../../../ports/facade.ts';
import type { Forge, NoForge } from '../../../../ports/forge.ts';
import type { MetricsServer } from '../../../../ports/metrics-server.ts';
import type { ApiCaller } from '../../../../ports/api-caller.ts';
import type { SourceRepository } from '../../../../ports/repository/source-repository.ts';
import type { ReleasePorts } from '../../../../ports/release-ports.ts';
import { engineVariable } from '../../../../model/product/wire-names.ts';

/**
 * The outside world itself. Engine and clusters are looked for when they are first needed.
 * @param onAnswer is told the time of clusters and registries.
 */
export function createPorts(workspaceRoot: string, env: NodeJS.ProcessEnv, onAnswer?: OnAnswer): ReleasePorts {
  let engine: Promise<ContainerEngine> | undefined;
  let forge: ReturnType<ReleasePorts['forge']> | undefined;
  let approvals: Promise<ApprovalSource> | undefined;
  const azure = new AzureRegistries();
  const repository = new GitRepository(workspaceRoot);
  const clusters = new Map<string, Promise<Cluster>>();
  const facades = new Map<string, Promise<Facade>>();
  const registry = new HttpImageRegistry(azure.credentialsOf, undefined, { onAnswer });
  return {
    repository,
    registry,
    prober: new HttpProber(),
    ...manifestTools(env, azure.credentialsOf),
    clock: () => new Date(),
    secretFiles: new SopsFiles(env),
    engine: () => (engine ??= findEngine(env[engineVariable], azure.lentCredentialsOf, registry)),
    cluster: (environment) => {
      const known = clusters.get(environment.name);
      if (known) return known;
      const connecting = connectTo(environment, workspaceRoot, onAnswer);
      clusters.set(environment.name, connecting);
      return connecting;
    },
    configuration: async (environment) => {
      const { connectForProvisioning } = await import('../../../../adapters/kubernetes/connect.ts');
      return connectForProvisioning(environment, workspaceRoot, onAnswer);
    },
    facade: async ({ name, facade }) => {
      if (!facade) return undefined;
      const known = facades.get(name) ?? openFacade(facade);
      facades.set(name, known);
      return known;
    },
    apiCaller: openApiCaller,
    checkKeyOf: (facade) => checkKeyOf(facade, env),
    facadeInstance: async (facade) => {
      const { ApiManagementInstance } = await import('../../../../adapters/api-management/api-management-instance.ts');
      return new ApiManagementInstance(facade);
    },
    metricsServer: (settings) => openPrometheus(settings, env),
    approvals: () => (approvals ??= findApprovals(repository, env)),
    forge: () => (forge ??= findForge(repository, env)),
  };
}

function manifestTools(
  env: NodeJS.ProcessEnv,
  credentialsOf: CredentialsOf,
): Pick<ReleasePorts, 'renderer' | 'charts'> {
  return { renderer: new LocalRenderers(env), charts: new RegistryCharts(credentialsOf) };
}

async function openApiCaller(): Promise<ApiCaller> {
  const { HttpsApiCaller } = await import('../../../../adapters/http/https-api-caller.ts');
  return new HttpsApiCaller();
}

async function findEngine(
  chosen: string | undefined,
  lent: CredentialsOf,
  registry: HttpImageRegistry,
): Promise<ContainerEngine> {
  const { chooseEngine } = await import('../../../../adapters/container/choose-engine.ts');
  return chooseEngine(registry, engineNamed(chosen), lent);
}

/** Refuses where this machine can have no container engine, before anything is built for an image. @throws {Refusal} */
export async function requireEngine(env: NodeJS.ProcessEnv): Promise<void> {
  const { requireInstalledEngine } = await import('../../../../adapters/container/choose-engine.ts');
  requireInstalledEngine(engineNamed(env[engineVariable]), env['PATH']);
}

function engineNamed(chosen: string | undefined): EngineName | undefined {
  if (chosen === undefined || chosen === '') return undefined;
  if (chosen === 'docker' || chosen === 'podman') return chosen;
  throw new Refusal({
    type: 'bad-container-engine',
    doing: 'find a container engine',
    reason: `The variable ${engineVariable} is "${chosen.slice(0, 80)}".`,
    remedy: 'Set it to docker or podman, or unset it for the default.',
  });
}

async function connectTo(
  environment: Environment,
  workspaceRoot: string,
  onAnswer: OnAnswer | undefined,
): Promise<Cluster> {
  // The Kubernetes client takes 0.7 s to load, so it is loaded only where a cluster is needed.
  const { connect } = await import('../../../../adapters/kubernetes/connect.ts');
  return connect(environment, workspaceRoot, onAnswer);
}

async function openFacade(facade: ApiManagement): Promise<Facade> {
  const { ApiManagementFacade } = await import('../../../../adapters/api-management/api-management-facade.ts');
  const opened = new ApiManagementFacade(facade);
  // While others are still asked.
  opened.prepare();
  return opened;
}

async function openPrometheus(
  { url, tokenVariable }: PrometheusSettings,
  env: NodeJS.ProcessEnv,
): Promise<MetricsServer> {
  const token = tokenVariable === undefined ? undefined : (env[tokenVariable]?.trim() ?? '');
  // Of a text with other characters, no header could be made; it is shown to nobody.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new Refusal({
      type: 'canary-without-metrics',
      doing: `ask Prometheus at ${url}`,
      reason: `The environment variable ${tokenVariable} holds no token: it is ${token === '' ? 'not set' : 'no text of printable characters without blanks'}.`,
      remedy: `Set ${tokenVariable}, or deploy without \`--canary\`.`,
    });
  const { PrometheusServer } = await import('../../../../adapters/prometheus/prometheus-server.ts');
  return new PrometheusServer(url, token);
}

async function findForge(repository: SourceRepository, env: NodeJS.ProcessEnv): Promise<Forge | NoForge> {
  const access = findForgeAccess(await repository.originUrl(), env);
  if ('reason' in access) return access;
  const { GitHubForge } = await import('../../../../adapters/github/github-forge.ts');
  return new GitHubForge(access);
}

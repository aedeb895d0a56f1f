import { plainBuild } from '../../plugin/src/model/build/build-settings.ts';
import { baseImages } from '../../plugin/src/model/image/base-images.ts';
import { hashContent } from '../../plugin/src/model/content/content-hash.ts';
import type { Environment } from '../../plugin/src/model/environment/environment.ts';
import type { Reporter } from '../../plugin/src/ports/reporter.ts';
import type { WorkspaceMap } from '../../plugin/src/ports/project-links.ts';
import type { ServiceSource } from '../../plugin/src/ports/service-source.ts';
import type { ApprovalSource } from '../../plugin/src/ports/approvals.ts';
import type { NoForge } from '../../plugin/src/ports/forge.ts';
import type { ReleasePorts } from '../../plugin/src/ports/release-ports.ts';
import { InMemoryCluster } from './cluster/in-memory-cluster.ts';
import { InMemoryConfiguration } from './in-memory-configuration.ts';
import { checkKeyOf } from '../../plugin/src/model/facade/checking/subscription-key.ts';
import { InMemoryApiCaller } from './in-memory-api-caller.ts';
import { InMemoryFacade } from './in-memory-facade.ts';
import { InMemoryFacadeInstance } from './in-memory-facade-instance.ts';
import { InMemoryForge } from './in-memory-forge.ts';
import { InMemorySecretFiles } from './in-memory-secret-files.ts';
import { InMemoryMetrics } from './in-memory-metrics.ts';
import { InMemoryCharts } from './in-memory-charts.ts';
import { InMemoryProber } from './in-memory-prober.ts';
import { InMemoryRenderer } from './in-memory-renderer.ts';
import { InMemoryContainerEngine } from './in-memory-container-engine.ts';
import { InMemoryImageRegistry } from './in-memory-image-registry.ts';
import { InMemorySourceRepository } from './in-memory-source-repository.ts';

/** The manifests of the scenario's service. */
export const ordersManifests = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders }
spec:
  replicas: 2
  selector: { matchLabels: { app.kubernetes.io/name: orders } }
  strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  template:
    metadata: { labels: { app.kubernetes.io/name: orders } }
    spec:
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway }]
      containers:
        - name: orders
          image: orders
          startupProbe: { httpGet: { path: /, port: 8080 } }
          readinessProbe: { httpGet: { path: /, port: 8080 } }
          livenessProbe: { httpGet: { path: /, port: 8080 } }
          lifecycle: { preStop: { sleep: { seconds: 3 } } }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: orders }
spec: { maxUnavailable: 1, selector: { matchLabels: { app.kubernetes.io/name: orders } } }
---
apiVersion: v1
kind: Service
metadata: { name: orders }
spec: { selector: { app.kubernetes.io/name: orders }, ports: [{ port: 80 }] }
`;

/** A small world of twins, with one service that can be released to two environments. */
export class ReleaseScenario {
  readonly repository: InMemorySourceRepository;
  readonly registry: InMemoryImageRegistry;
  readonly engine: InMemoryContainerEngine;
  readonly prober = new InMemoryProber();
  /** Kustomize and Helm. */
  readonly renderer = new InMemoryRenderer();
  /** Charts in registries. */
  readonly charts = new InMemoryCharts();
  readonly forge = new InMemoryForge();
  /** The door of environments that have one; by their files none of the scenario's has. */
  readonly facade = new InMemoryFacade();
  /** What answers calls through the door; nobody, until a test has it answer. */
  readonly apiCaller = new InMemoryApiCaller();
  /** Environment variables of the process. */
  readonly variables: Record<string, string> = {};
  /** The instance of API Management of environments that have one. */
  readonly facadeInstance = new InMemoryFacadeInstance();
  /** Files that are encrypted in git, and their key. */
  readonly secretFiles = new InMemorySecretFiles();
  /** What is known of clients' requests. */
  readonly metrics = new InMemoryMetrics();
  /** Where it can be asked who approved: nowhere but in the cluster. */
  approvals: ApprovalSource = { kind: 'terminal' };
  /** Why there is no forge to speak to; undefined while there is one. */
  noForge: string | undefined;
  /** True when that is so because the origin is elsewhere. */
  isForgeElsewhere = false;
  readonly clusters: ReadonlyMap<string, InMemoryCluster>;
  environments: readonly Environment[] = [
    environment('dev', 1, { deploy: 'manual', allowDirty: true }),
    environment('preprod', 2, { deploy: 'automatic', url: 'https://preprod.example', probe: { path: '/{service}' } }),
    environment('prod', 3, { deploy: 'manual', protected: true, soak: '10m' }),
  ];
  /** One cluster's, as each environment sees it. */
  readonly configurations: ReadonlyMap<string, InMemoryConfiguration>;
  /** The reporter's lines, in order. */
  readonly lines: string[] = [];
  now = new Date('2026-11-24T12:00:00Z');

  constructor(
    shared?: Pick<ReleaseScenario, 'repository' | 'registry' | 'clusters'> &
      Partial<Pick<ReleaseScenario, 'configurations'>>,
  ) {
    this.repository =
      shared?.repository.clone() ??
      new InMemorySourceRepository({
        'apps/orders/Dockerfile': 'FROM scratch',
        'apps/orders/src/main.ts': '1',
        'apps/orders/k8s/all.yaml': ordersManifests,
      });
    this.registry = shared?.registry ?? new InMemoryImageRegistry();
    this.engine = new InMemoryContainerEngine(this.registry);
    this.clusters =
      shared?.clusters ??
      new Map(this.environments.map(({ name, namespace }) => [name, new InMemoryCluster(namespace, () => this.now)]));
    const [first] = this.environments;
    const one = new InMemoryConfiguration(first!.namespace, () => this.now);
    this.configurations =
      shared?.configurations ?? new Map(this.environments.map(({ name, namespace }) => [name, one.another(namespace)]));
  }

  get ports(): ReleasePorts {
    return {
      repository: this.repository,
      registry: this.registry,
      prober: this.prober,
      renderer: this.renderer,
      charts: this.charts,
      clock: () => this.now,
      secretFiles: this.secretFiles,
      engine: async () => this.engine,
      cluster: async ({ name }) => this.clusters.get(name)!,
      configuration: async ({ name }) => this.configurations.get(name)!,
      facade: async ({ facade }) => (facade ? this.facade : undefined),
      apiCaller: async () => this.apiCaller,
      checkKeyOf: (facade) => checkKeyOf(facade, this.variables),
      facadeInstance: async () => this.facadeInstance,
      metricsServer: async () => this.metrics,
      approvals: async () => this.approvals,
      forge: async () => (this.noForge === undefined ? this.forge : this.withoutForge(this.noForge)),
    };
  }

  private withoutForge(reason: string): NoForge {
    return { reason, ...(this.isForgeElsewhere ? { isElsewhere: true } : {}) };
  }

  get reporter(): Reporter {
    const keep = (line: string) => void this.lines.push(line);
    return { step: keep, detail: () => {}, warn: keep };
  }

  /** The service `orders`, whose content are the files of its folder. */
  get service(): ServiceSource {
    const blobs = (source: { commit: string } | 'working-tree') =>
      source === 'working-tree'
        ? this.repository.workingTreeBlobs(['apps/orders'])
        : this.repository.blobs(source.commit, ['apps/orders']);
    return {
      name: 'orders',
      root: 'apps/orders',
      partOf: 'shop',
      folder: '/workspace/apps/orders',
      projectRoots: ['apps/orders'],
      inputFolders: ['apps/orders'],
      isContent: (path) => path.startsWith('apps/orders/') && !path.endsWith('.md'),
      packages: ['left-pad'],
      contentHash: async (source) => hashContent({ files: await blobs(source), packages: [] }),
      build: () => ({ ...plainBuild, context: '/workspace/apps/orders' }),
      baseImages: async (source) => {
        const path = 'apps/orders/Dockerfile';
        const { repository } = this;
        const texts =
          source === 'working-tree' ? repository.workingTreeTexts(path) : repository.texts(source.commit, path);
        return baseImages((await texts).get(path) ?? '', plainBuild);
      },
      foreignImageInputs: async () => [],
      requireBuildable: async () => {},
      requireCommittedInputs: async () => {},
    };
  }

  /** The services of the workspace: `orders` alone. */
  get services(): WorkspaceMap {
    const orders = new Set(['orders']);
    return {
      services: ['orders'],
      affectedBy: (path) => (path.startsWith('apps/orders/') ? orders : new Set()),
      usersOf: (name) => (name === 'left-pad' ? orders : new Set()),
      concernedBy: ({ of }) => (of === 'node' ? orders : new Set()),
      holdersOf: (origin) => {
        if (origin.kind === 'file') return origin.path.startsWith('apps/orders/') ? ['orders'] : [];
        return origin.kind === 'version' && origin.name === 'left-pad' ? ['orders'] : [];
      },
      directUsersOf: () => [],
      describeLink: (name) => ({ kind: 'service', name }),
    };
  }

  /** Gives the environments a door besides their gateway, and the service an API with these operations; commits it. */
  describeApi(operations: readonly string[]): void {
    const door = { subscription: '6f1b2c3d-0000-4000-8000-0123456789ab', resourceGroup: 'shop', name: 'shop-apim' };
    this.environments = this.environments.map((each) => ({
      ...each,
      url: each.url ?? `https://${each.name}.example`,
      facade: { kind: 'api-management', ...door, ...(each.name === 'preprod' ? {} : { pathPrefix: each.name }) },
    }));
    const paths = operations.map((id) => [
      `/${id}`,
      { get: { operationId: id, responses: { 200: { description: 'x' } } } },
    ]);
    const document = { openapi: '3.0.3', info: { title: 'Orders', version: '1' }, paths: Object.fromEntries(paths) };
    this.repository.write('apps/orders/openapi.yaml', JSON.stringify(document));
    const variables = 'variables: { apiId: orders, apiName: Orders, apiSuffix: orders }\n';
    this.repository.write('apps/orders/pipeline.variables.yml', variables);
    this.repository.commit();
  }

  /** Changes the service and commits it. */
  change(text: string): void {
    this.repository.write('apps/orders/src/main.ts', text);
    this.repository.commit();
  }
}

function environment(
  name: string,
  order: number,
  rest: Pick<Environment, 'deploy'> & Partial<Environment>,
): Environment {
  const cluster = { context: 'local' };
  const usual = { allowDirty: false, protected: false, variables: {} };
  return { name, order, cluster, namespace: name, registry: 'acr.example', ...usual, ...rest };
}

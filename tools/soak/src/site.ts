import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from '../../plugin/src/adapters/kubernetes/client/api-error.ts';
import { KubernetesApi } from '../../plugin/src/adapters/kubernetes/client/api.ts';
import { findAccess } from '../../plugin/src/adapters/kubernetes/client/credentials/kubeconfig.ts';
import { KubernetesCluster } from '../../plugin/src/adapters/kubernetes/kubernetes-cluster.ts';
import type { BuildNumber } from '../../plugin/src/model/release/build-number.ts';
import type { DeploymentRecord } from '../../plugin/src/model/deploy/deployment-record.ts';
import type { Environment } from '../../plugin/src/model/environment/environment.ts';
import type { KubernetesObject } from '../../plugin/src/model/manifests/kubernetes-object.ts';
import type { RunningService } from '../../plugin/src/model/observe/running-service.ts';
import type { ObservedService } from '../../plugin/src/ports/cluster.ts';
import { askOnce, type Target } from '../../scratch-workspace/src/clients/ask-once.ts';
import { withDeployerKubeconfig } from '../../scratch-workspace/src/cluster-account.ts';
import { platform } from '../../scratch-workspace/src/platform.ts';
import type { AdmissionWebhook } from '../../simulators/src/kubernetes/admission-webhook.ts';
import { ApiProxy } from '../../simulators/src/kubernetes/api-proxy.ts';
import type { DeployerOrder } from './deployer.ts';
import { Prober, type ProbeFigures } from '../../load/src/prober.ts';
import type { DeployerOptions, DeployerResult, Deployers } from './run-deployer.ts';
import { addressesOf, soakService, type SoakWorkspace } from './soak-workspace.ts';

/** Objects that nobody may touch: one of somebody's, and one that looks like the service's own. */
const foreignObjects = [
  { name: 'foreign', labels: {} },
  {
    name: 'foreign-look-alike',
    labels: {
      'app.kubernetes.io/name': soakService,
      'app.kubernetes.io/managed-by': 'poc',
      'poc.dev/service': soakService,
    },
  },
];

/** What a policy checks. Not endpoints: without these, requests are lost whoever deploys. */
const webhookRules = [
  { apiGroups: [''], resources: ['configmaps', 'services', 'secrets', 'pods', 'serviceaccounts'] },
  { apiGroups: ['apps', 'policy', 'gateway.networking.k8s.io', 'coordination.k8s.io'], resources: ['*'] },
].map((rule) => ({ ...rule, apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], scope: 'Namespaced' }));

/** Milliseconds between two requests of a prober. */
const probeEvery = 100;
/** Milliseconds for which a pod is asked to go that a PodDisruptionBudget holds back. */
const evictionPatience = 90_000;

/**
 * A namespace in which the service is deployed by deployers that have a proxy of their own before the API server, while
 * requests are sent to it.
 */
export class Site {
  readonly proxy: ApiProxy;
  /** Says what is going on, for requests that fail. */
  doing = 'nothing';
  private readonly deployers: Deployers;
  private readonly environment: Environment;
  private readonly workspaceRoot: string;
  private readonly api: KubernetesApi;
  private readonly cluster: KubernetesCluster;
  private foreign: string[] = [];
  private prober: Prober | undefined;

  private constructor(
    proxy: ApiProxy,
    deployers: Deployers,
    environment: Environment,
    root: string,
    api: KubernetesApi,
  ) {
    this.proxy = proxy;
    this.deployers = deployers;
    this.environment = environment;
    this.workspaceRoot = root;
    this.api = api;
    this.cluster = new KubernetesCluster(api, environment);
  }

  /** @param more of the environment, by its namespace. */
  static async open(
    name: string,
    soak: SoakWorkspace,
    deployers: Deployers,
    more: (namespace: string) => Partial<Environment> = () => ({}),
  ): Promise<Site> {
    const { context } = await platform();
    const admin = await soak.addEnvironment(name);
    // Deployers have the rights of the account that is shipped for them, and no others.
    const proxy = await withDeployerKubeconfig(admin.namespace, (kubeconfig) =>
      ApiProxy.start({ context, kubeconfig }),
    );
    const environment = { ...admin, ...more(admin.namespace), cluster: { context, kubeconfig: proxy.kubeconfig } };
    const access = await findAccess(admin, '/');
    const site = new Site(proxy, deployers, environment, soak.workspace.folder, new KubernetesApi(access));
    for (const metadata of foreignObjects)
      await site.api.send('POST', `${site.path}/configmaps`, { body: { metadata, data: { of: 'somebody else' } } });
    site.foreign = await site.foreignVersions();
    return site;
  }

  /** Begins to send requests to the service, which must have been deployed. */
  async startProber(): Promise<void> {
    const { gateway, direct } = await addressesOf(this.environment.namespace);
    const targets = [{ ...gateway, url: `${gateway.url}/healthz/ready` }, { url: `${direct.url}/healthz/ready` }];
    await Promise.all(targets.map((target) => waitUntilAnswers(target)));
    this.prober = new Prober(targets, probeEvery, () => `${this.doing} (${this.environment.namespace})`);
  }

  run(command: DeployerOrder['command'], build: BuildNumber, deployer: DeployerOptions = {}): Promise<DeployerResult> {
    const { workspaceRoot, environment } = this;
    const options = { tag: build.toString() };
    return this.deployers.run({ command, service: soakService, options, workspaceRoot, environment }, deployer);
  }

  /** Runs a deployer that must end well. */
  async runWell(...args: Parameters<Site['run']>): Promise<DeployerResult> {
    const result = await this.run(...args);
    if (result.code !== 0) throw new Error(`${args[0]} ${args[1]} ended with ${result.code}:\n${result.output}`);
    return result;
  }

  records(): Promise<DeploymentRecord[]> {
    return this.cluster.records(soakService);
  }

  async running(): Promise<RunningService | undefined> {
    return (await this.observe())?.running;
  }

  private async observe(): Promise<ObservedService | undefined> {
    return (await this.cluster.observe(soakService)).at(0);
  }

  /** @returns what is not as it must be when a build was deployed and nobody is at it any more. */
  async problemsAfter(build: BuildNumber): Promise<string[]> {
    const [records, { running, drift = [] } = {}, lease] = await Promise.all([
      this.records(),
      this.observe(),
      this.api.get(`/apis/coordination.k8s.io/v1/namespaces/${this.environment.namespace}/leases/poc-${soakService}`),
    ]);
    const problems: string[] = [...(await this.foreignProblems())];
    const unfinished = records.filter(({ outcome }) => outcome === 'running');
    if (unfinished.length > 0) problems.push(`records that stay "running": ${unfinished.map(sequenceOf).join(', ')}`);
    const sequences = records.map(sequenceOf);
    if (new Set(sequences).size !== sequences.length) problems.push(`records with the same number: ${sequences}`);
    const newest = records.find(({ outcome }) => outcome === 'succeeded');
    if (!newest?.release.buildNumber.equals(build))
      problems.push(`the newest record that ended well is of ${newest?.release.buildNumber}, not of ${build}`);
    if (running?.buildNumber !== build.toString()) problems.push(`${running?.buildNumber} runs, not ${build}`);
    if (!running || running.podsReady < running.podsWanted)
      problems.push(`${running?.podsReady} of ${running?.podsWanted} pods are ready`);
    if (drift.length > 0) problems.push(`drift that nobody made: ${JSON.stringify(drift)}`);
    const holder = (lease?.['spec'] as { holderIdentity?: string | null } | undefined)?.holderIdentity;
    if (holder) problems.push(`the lock is still held by ${holder}`);
    return problems;
  }

  /** @returns which objects of others are not what they were. */
  async foreignProblems(): Promise<string[]> {
    const now = await this.foreignVersions();
    return this.foreign.filter((version) => !now.includes(version)).map((version) => `changed or deleted: ${version}`);
  }

  /** Objects in the namespace that a deployer could change, with their versions. @param locks those of its locks, too. */
  async versions({ locks = true } = {}): Promise<string[]> {
    const kinds = [
      'api/v1/configmaps',
      'api/v1/services',
      'api/v1/secrets',
      'apis/apps/v1/controllerrevisions',
      ...(locks ? ['apis/coordination.k8s.io/v1/leases'] : []),
      'apis/gateway.networking.k8s.io/v1/httproutes',
      'apis/policy/v1/poddisruptionbudgets',
    ];
    const lists = await Promise.all(kinds.map((kind) => this.list(kind)));
    // A Deployment's version counts what its controller says of it, too.
    const workloads = await this.list('apis/apps/v1/deployments');
    return [
      ...lists.flat().map(({ metadata }) => `${metadata['uid']} ${metadata.name} ${metadata['resourceVersion']}`),
      ...workloads.map(({ metadata }) => `${metadata['uid']} ${metadata.name} ${metadata['generation']}`),
    ].sort();
  }

  /** Makes an object, as somebody else would. */
  async create(collection: string, body: object): Promise<void> {
    await this.api.send('POST', `${this.path}/${collection}`, { body });
  }

  /**
   * Evicts all pods that are there now, as `kubectl drain` does, which asks again for as long as a PodDisruptionBudget
   * holds one back. @returns how many.
   */
  async evictPods(): Promise<number> {
    const pods = await this.list('api/v1/pods');
    await Promise.all(pods.map((pod) => this.evict(pod)));
    return pods.length;
  }

  private async evict({ metadata: { name } }: KubernetesObject): Promise<void> {
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: this.namespace } };
    const until = performance.now() + evictionPatience;
    for (;;) {
      try {
        return void (await this.api.send('POST', `${this.path}/pods/${name}/eviction`, { body }));
      } catch (error) {
        const code = error instanceof ApiError ? error.code : undefined;
        if (code === 404) return;
        if (code !== 429 || performance.now() > until) throw error;
        await pause(500);
      }
    }
  }

  /**
   * Has a webhook asked before anything is written here that deployers and controllers write, and waits until it is.
   * @returns how it is no longer asked.
   */
  async addWebhook(webhook: AdmissionWebhook): Promise<() => Promise<void>> {
    const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    const name = `${this.namespace}-soak`;
    await this.api.send('POST', configurations, {
      body: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name },
        webhooks: [
          {
            name: 'soak.poc.dev',
            clientConfig: webhook.clientConfig,
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': this.namespace } },
            rules: webhookRules,
            failurePolicy: 'Fail',
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            timeoutSeconds: 5,
          },
        ],
      },
    });
    const body = { metadata: { name: 'webhook-asked' } };
    while (webhook.answered === 0) {
      await this.api.send('POST', `${this.path}/configmaps`, { body, query: { dryRun: 'All' } });
      await pause(100);
    }
    return async () => void (await this.api.send('DELETE', `${configurations}/${name}`));
  }

  get namespace(): string {
    return this.environment.namespace;
  }

  /** The environment as its deployers know it. */
  get target(): Environment {
    return this.environment;
  }

  /** Ends the requests. @returns what came of them. */
  async close(): Promise<ProbeFigures> {
    const figures = (await this.prober?.stop()) ?? { requests: 0, failed: [] };
    this.proxy.close();
    this.api.close();
    return figures;
  }

  private get path(): string {
    return `/api/v1/namespaces/${this.environment.namespace}`;
  }

  private async list(kind: string): Promise<KubernetesObject[]> {
    const [, root, group, rest] = /^(apis?)\/(.*)\/([a-z]+)$/.exec(kind)!;
    const found = await this.api.get<{ items: KubernetesObject[] }>(
      `/${root}/${group}/namespaces/${this.environment.namespace}/${rest}`,
    );
    return found?.items ?? [];
  }

  private async foreignVersions(): Promise<string[]> {
    const names = foreignObjects.map(({ name }) => name);
    const found = (await this.list('api/v1/configmaps')).filter(({ metadata }) => names.includes(metadata.name));
    return found.map(({ metadata }) => `ConfigMap ${metadata.name} ${metadata['uid']} ${metadata['resourceVersion']}`);
  }
}

/** Gateway and kube-proxy hear of a new service a moment after it was made. */
async function waitUntilAnswers(target: Target): Promise<void> {
  for (let attempt = 0, answered = 0; attempt < 100; attempt++) {
    answered = (await askOnce(target)) === undefined ? answered + 1 : 0;
    if (answered === 5) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${target.url} (${target.host ?? 'no host'}) does not answer.`);
}

function sequenceOf({ sequence }: DeploymentRecord): number {
  return sequence;
}

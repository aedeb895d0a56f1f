import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { ValueSource } from '../../../model/dev/container-variables.ts';
import type { Neighbour } from '../../../model/dev/neighbours.ts';
import { Failure } from '../../../model/errors/product-error.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { serviceContainerOf } from '../../../model/manifests/rules/pod-templates.ts';
import { fieldAt, isMap, listAt } from '../../../model/manifests/source/object-fields.ts';
import type { DevCluster, PodOptions, PodPort } from '../../../ports/dev/dev-cluster.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { KubernetesApi } from '../client/api.ts';
import { collectionPath } from '../client/resources.ts';
import { podObstacle } from './pod-obstacle.ts';
import type { PortForwarder } from './port-forwarder.ts';
import { devLabel } from '../../../model/product/wire-names.ts';

/** Milliseconds between two looks at a pod. */
const lookAgain = 300;
/** Milliseconds for a pod to run; an image may have to be pulled. */
const startPatience = 120_000;
/** Milliseconds for a pod to go. */
const endPatience = 10_000;
/** Characters of a log line. */
const longestLine = 64 * 1024;

/** An environment's namespace in a real cluster, for whoever develops a service. */
export class KubernetesDevCluster implements DevCluster {
  private readonly api: KubernetesApi;
  private readonly namespace: string;
  private readonly forwarder: PortForwarder;

  constructor(api: KubernetesApi, namespace: string, forwarder: PortForwarder) {
    this.api = api;
    this.namespace = namespace;
    this.forwarder = forwarder;
  }

  async valuesOf({ kind, name }: ValueSource): Promise<Record<string, string>> {
    const plural = kind === 'Secret' ? 'secrets' : 'configmaps';
    const found = await this.read(
      `${this.collection('v1', plural)}/${encodeURIComponent(name)}`,
      `read the ${kind} ${name}`,
    );
    if (!found)
      throw missing(`read the ${kind} ${name}`, `There is no ${kind} ${name} in the namespace ${this.namespace}.`);
    const data = Object.entries(isMap(found['data']) ? found['data'] : {}).map(([key, value]) => [key, String(value)]);
    if (kind === 'ConfigMap') return Object.fromEntries(data) as Record<string, string>;
    return Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value!, 'base64').toString()]));
  }

  async podOf({ name, namespace, port }: Neighbour): Promise<PodPort | undefined> {
    const doing = `find the Service ${name}`;
    const service = await this.read(
      `${collectionPath('v1', 'services', namespace)}/${encodeURIComponent(name)}`,
      doing,
    );
    const selector = fieldAt(service, 'spec', 'selector');
    if (!service || !isMap(selector)) return undefined;
    const labels = Object.entries(selector).map(([key, value]) => `${key}=${String(value)}`);
    const pods = await this.list(collectionPath('v1', 'pods', namespace), labels.join(','), doing);
    const pod = pods.find(isReady);
    const target = listAt(service, 'spec', 'ports').find((each) => each['port'] === port)?.['targetPort'] ?? port;
    const number = pod && (typeof target === 'number' ? target : containerPort(pod, String(target)));
    if (number === undefined) return undefined;
    await this.forwarder.prepare();
    return { pod: pod!.metadata.name, namespace, port: number };
  }

  forward(connection: Socket, to: PodPort): Promise<void> {
    return this.forwarder.forward(connection, to);
  }

  async runningImage(service: string): Promise<string | undefined> {
    const found = await Promise.all(
      ['deployments', 'statefulsets'].map((plural) =>
        this.read(
          `${this.collection('apps/v1', plural)}/${encodeURIComponent(service)}`,
          `find the image of ${service}`,
        ),
      ),
    );
    const workload = found.find((each) => each !== undefined);
    const image = workload && serviceContainerOf(workload, service)?.['image'];
    return typeof image === 'string' ? image : undefined;
  }

  async deleteLeftovers(service: string, owner: string): Promise<void> {
    const selector = `${devLabel.service}=${service},${devLabel.owner}=${owner}`;
    const pods = await this.list(this.pods, selector, `look for pods that an earlier run of ${service} has left`);
    await Promise.all(pods.map(({ metadata }) => this.deletePod(metadata.name)));
  }

  async createPod(pod: KubernetesObject, { container, onProgress, signal }: PodOptions): Promise<void> {
    const doing = `start the pod ${pod.metadata.name}`;
    try {
      await this.api.send('POST', this.pods, { body: pod, query: { fieldValidation: 'Strict' } });
    } catch (error) {
      throw explainApiError(error, doing, this.api, pod);
    }
    let said = '';
    const until = performance.now() + startPatience;
    while (!signal.aborted) {
      const seen = await this.read(`${this.pods}/${pod.metadata.name}`, doing);
      if (!seen) throw failed(doing, 'It was deleted.');
      const status = listAt(seen, 'status', 'containerStatuses').find(({ name }) => name === container);
      if (fieldAt(status, 'state', 'running') !== undefined || fieldAt(status, 'state', 'terminated') !== undefined)
        return;
      const obstacle = podObstacle(seen, await this.eventsOf(pod.metadata.name));
      if (obstacle?.isFinal || performance.now() > until)
        throw failed(doing, obstacle?.text ?? 'It does not run in time.');
      if (obstacle && obstacle.text !== said) onProgress((said = obstacle.text));
      await pause(lookAgain);
    }
  }

  async followLog(pod: string, container: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
    try {
      const query = { container, follow: 'true' };
      for await (const line of this.api.lines(`${this.pods}/${pod}/log`, query, longestLine, signal)) onLine(line);
    } catch (error) {
      if (!signal.aborted) throw explainApiError(error, `read the log of the pod ${pod}`, this.api);
    }
  }

  async deletePod(pod: string): Promise<void> {
    const path = `${this.pods}/${pod}`;
    const doing = `delete the pod ${pod}`;
    await this.api.send('DELETE', path, { query: { gracePeriodSeconds: '1' } }).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.code === 404)) throw explainApiError(error, doing, this.api);
    });
    const until = performance.now() + endPatience;
    while (performance.now() < until && (await this.read(path, doing))) await pause(lookAgain);
  }

  close(): void {
    this.forwarder.close();
    this.api.close();
  }

  private get pods(): string {
    return this.collection('v1', 'pods');
  }

  private collection(apiVersion: string, plural: string): string {
    return collectionPath(apiVersion, plural, this.namespace);
  }

  private async read(path: string, doing: string): Promise<KubernetesObject | undefined> {
    try {
      return await this.api.get(path);
    } catch (error) {
      throw explainApiError(error, doing, this.api);
    }
  }

  private async list(path: string, labelSelector: string, doing: string): Promise<KubernetesObject[]> {
    try {
      const { items } = (await this.api.send('GET', path, { query: { labelSelector } })) as {
        items: KubernetesObject[];
      };
      return items;
    } catch (error) {
      throw explainApiError(error, doing, this.api);
    }
  }

  /** Messages of the warnings about a pod; none where they may not be read. */
  private async eventsOf(pod: string): Promise<string[]> {
    const query = { fieldSelector: `involvedObject.name=${pod},type=Warning` };
    const events = this.api.send('GET', this.collection('v1', 'events'), { query }).catch(() => undefined);
    return listAt(await events, 'items').map(({ reason, message }) => `${String(reason)}: ${String(message)}`);
  }
}

function isReady(pod: KubernetesObject): boolean {
  const conditions = listAt(pod, 'status', 'conditions');
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return ready && pod.metadata['deletionTimestamp'] === undefined;
}

function containerPort(pod: KubernetesObject, name: string): number | undefined {
  const ports = listAt(pod, 'spec', 'containers').flatMap((container) => listAt(container, 'ports'));
  const port = ports.find((each) => each['name'] === name)?.['containerPort'];
  return typeof port === 'number' ? port : undefined;
}

function missing(doing: string, reason: string): Failure {
  return new Failure({ type: 'dev-value-missing', doing, reason, remedy: 'Create it, or set the variable yourself.' });
}

function failed(doing: string, reason: string): Failure {
  return new Failure({
    type: 'dev-pod-failed',
    doing,
    reason,
    remedy: 'Fix that, or run the service on this machine: without `--in-cluster`.',
  });
}

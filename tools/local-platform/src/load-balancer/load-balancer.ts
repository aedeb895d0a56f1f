import type { KubernetesApi } from '../../../plugin/src/adapters/kubernetes/client/api.ts';
import { listAndWatch } from '../../../plugin/src/adapters/kubernetes/deploy/wait/list-and-watch.ts';
import type { KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { fieldAt, listAt } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import { Notify } from '../../../plugin/src/model/concurrency/notify.ts';
import { nodeAddress, nodeName } from '../addresses.ts';
import { planAddresses, type AddressDecision, type BalancedService } from './address-plan.ts';

const services = '/api/v1/services';
const query = { fieldSelector: 'spec.type=LoadBalancer' };
/** The annotation that AKS reads, beside `spec.loadBalancerIP`. */
const addressAnnotation = 'service.beta.kubernetes.io/azure-load-balancer-ipv4';
const fieldManager = 'local-platform';
/** Milliseconds until what the cluster would not take is tried again. */
const retryAfter = 1000;

/**
 * Does for services of the type LoadBalancer what a cloud does, until the signal: gives each its address, by which
 * kube-proxy then leads to its pods. Envoy is a process of this machine and no pod, so it also says where that is.
 * @param onRound called after each look at all services.
 */
export async function balanceLoad(api: KubernetesApi, signal: AbortSignal, onRound: () => void): Promise<void> {
  const changed = new Notify();
  let failure: unknown;
  listAndWatch(api, { apiVersion: 'v1', kind: 'Service', path: services, query }, signal, changed.notify).catch(
    (error: unknown) => {
      failure = error;
      changed.notify();
    },
  );
  signal.addEventListener('abort', changed.notify, { once: true });
  const reported = new Map<string, string>();
  for (;;) {
    await changed.notified();
    if (signal.aborted) return;
    if (failure !== undefined) throw failure;
    try {
      await settle(api, reported);
      onRound();
    } catch (error) {
      console.error(String(error));
      setTimeout(changed.notify, retryAfter).unref();
    }
  }
}

async function settle(api: KubernetesApi, reported: Map<string, string>): Promise<void> {
  const { items } = (await api.send('GET', services, { query })) as { items: KubernetesObject[] };
  const plan = planAddresses(items.map(balancedService));
  for (const service of items) {
    const decision = plan.get(uidOf(service));
    if (decision === undefined) continue;
    await giveAddress(api, service, decision);
    if ('refusal' in decision && reported.get(uidOf(service)) !== decision.refusal) {
      await tellRefusal(api, service, decision.refusal);
      reported.set(uidOf(service), decision.refusal);
    }
    if (leadsToEnvoy(service)) await leadToEnvoy(api, service);
  }
}

function balancedService(service: KubernetesObject): BalancedService {
  const asked = service.metadata.annotations?.[addressAnnotation] ?? fieldAt(service, 'spec', 'loadBalancerIP');
  const given = listAt(service, 'status', 'loadBalancer', 'ingress')[0]?.['ip'];
  return {
    uid: uidOf(service),
    createdAt: String(service.metadata['creationTimestamp']),
    asked: typeof asked === 'string' ? asked : undefined,
    given: typeof given === 'string' ? given : undefined,
  };
}

async function giveAddress(api: KubernetesApi, service: KubernetesObject, decision: AddressDecision): Promise<void> {
  const address = 'address' in decision ? decision.address : undefined;
  if (balancedService(service).given === address) return;
  // With the mode VIP kube-proxy takes packets to the address, and the list of who may send some.
  const ingress = address === undefined ? [] : [{ ip: address, ipMode: 'VIP' }];
  await api.send('PATCH', `${pathOf(service)}/status`, {
    body: { status: { loadBalancer: { ingress } } },
    contentType: 'application/merge-patch+json',
  });
}

async function tellRefusal(api: KubernetesApi, { metadata }: KubernetesObject, message: string): Promise<void> {
  const { name, namespace = '', uid } = metadata;
  const now = new Date().toISOString();
  await api.send('POST', `/api/v1/namespaces/${namespace}/events`, {
    body: {
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Service', name, namespace, uid },
      type: 'Warning',
      reason: 'SyncLoadBalancerFailed',
      message,
      source: { component: 'local-platform' },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    },
  });
}

/** Reports whether a service selects Envoy's pods, as those of Contour's own manifests are labelled. */
function leadsToEnvoy({ metadata, spec }: KubernetesObject): boolean {
  return metadata.namespace === 'gateway' && fieldAt(spec, 'selector', 'app') === 'envoy';
}

async function leadToEnvoy(api: KubernetesApi, service: KubernetesObject): Promise<void> {
  const { name, namespace = '', uid } = service.metadata;
  const ports = listAt(service, 'spec', 'ports').map(({ name: port, targetPort, protocol }) => ({
    name: port ?? '',
    port: targetPort,
    protocol,
  }));
  await api.send('PATCH', `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${name}-machine`, {
    query: { fieldManager, force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-machine`,
        labels: {
          'kubernetes.io/service-name': name,
          'endpointslice.kubernetes.io/managed-by': fieldManager,
        },
        // It goes with the service.
        ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, uid }],
      },
      addressType: 'IPv4',
      ports,
      // On the node, which "externalTrafficPolicy: Local" asks for.
      endpoints: [{ addresses: [nodeAddress], nodeName, conditions: { ready: true } }],
    },
  });
}

function uidOf({ metadata }: KubernetesObject): string {
  return String(metadata['uid']);
}

function pathOf({ metadata: { name, namespace = '' } }: KubernetesObject): string {
  return `/api/v1/namespaces/${namespace}/services/${name}`;
}

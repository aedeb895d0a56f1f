import type { KubernetesObject } from '../manifests/kubernetes-object.ts';
import { podTemplateOf, serviceContainerName, serviceContainerOf } from '../manifests/rules/pod-templates.ts';
import { configMapsOf, type Lookup } from './container-variables.ts';
import { fieldAt, isMap, listAt } from '../manifests/source/object-fields.ts';
import { devLabel } from '../product/wire-names.ts';

/** Seconds after which Kubernetes ends a pod that nobody has taken away. */
const longestSeconds = 12 * 3600;
/** A compiler needs more memory than the service. */
const compilerMemory = '2Gi';

/** The parts of a pod for development. */
export interface DevPodRequest {
  readonly service: string;
  readonly name: string;
  /** A hash of the person who runs it, the machine and the folder. */
  readonly owner: string;
  /** The service's rendered manifests. */
  readonly objects: readonly KubernetesObject[];
  readonly image: string;
  readonly command: readonly string[];
  /** Folder of the service. */
  readonly workingDir: string;
  /** Folders of this machine that the pod sees under the same paths. */
  readonly folders: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** The owner of the folders. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** True when it compiles in the pod. */
  readonly compiles: boolean;
}

/** Returns a pod as the service's workload would make it, that runs its sources instead of its image. */
export function devPod(request: DevPodRequest): KubernetesObject {
  const { service, name, owner, objects, folders } = request;
  const workload = objects.find((object) => serviceContainerOf(object, service));
  const template = (workload && podTemplateOf(workload)) ?? {};
  const spec = structuredClone(fieldAt(template, 'spec') ?? {}) as Record<string, unknown>;
  const { topologySpreadConstraints: _spread, affinity: _affinity, securityContext, ...kept } = spec;
  const served = workload && serviceContainerName(workload, service);
  // By the service's name, whatever its manifest calls it: this pod's logs are read by it.
  const containers = listAt(spec, 'containers').map((each) =>
    each['name'] === served ? { ...devContainer(each, request), name: service } : each,
  );
  const volumes = [
    ...listAt(spec, 'volumes'),
    ...folders.map((path, index) => ({ name: `dev-sources-${index}`, hostPath: { path, type: 'Directory' } })),
    { name: 'dev-temp', emptyDir: {} },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { [devLabel.service]: service, [devLabel.owner]: owner } },
    spec: {
      ...kept,
      securityContext: withoutUser(securityContext),
      containers,
      volumes,
      restartPolicy: 'Never',
      activeDeadlineSeconds: longestSeconds,
      terminationGracePeriodSeconds: 1,
    },
  };
}

function devContainer(container: Record<string, unknown>, request: DevPodRequest): Record<string, unknown> {
  const { image, command, workingDir, folders, variables, user } = request;
  const {
    args: _args,
    livenessProbe: _liveness,
    readinessProbe: _readiness,
    startupProbe: _startup,
    lifecycle: _lifecycle,
    env: _env,
    envFrom: _envFrom,
    securityContext,
    resources,
    ...kept
  } = container;
  const own = Object.entries(variables).map(([name, value]) => ({ name, value }));
  const { env: ofContainer, envFrom } = withOwnConfigMaps(container, configMapsOf(request.objects));
  const others = ofContainer.filter(({ name }) => !Object.hasOwn(variables, String(name)));
  const mounts = listAt(container, 'volumeMounts');
  const hasTemp = mounts.some(({ mountPath }) => mountPath === '/tmp');
  return {
    ...kept,
    image,
    command,
    workingDir,
    env: [...others, ...own],
    ...(envFrom.length === 0 ? {} : { envFrom }),
    resources: request.compiles ? withMemory(resources) : resources,
    securityContext: {
      ...withoutUser(securityContext),
      // As whose the sources are: who may not read them cannot run them.
      runAsUser: user.uid,
      runAsGroup: user.gid,
      runAsNonRoot: user.uid !== 0,
    },
    volumeMounts: [
      ...mounts,
      ...folders.map((path, index) => ({ name: `dev-sources-${index}`, mountPath: path })),
      ...(hasTemp ? [] : [{ name: 'dev-temp', mountPath: '/tmp' }]),
    ],
  };
}

/** Variables from ConfigMaps among the manifests are written out: as they are in the checkout, nobody has deployed them. */
function withOwnConfigMaps(
  container: Record<string, unknown>,
  lookup: Lookup,
): { readonly env: Record<string, unknown>[]; readonly envFrom: Record<string, unknown>[] } {
  const valuesIn = (reference: unknown) => lookup({ kind: 'ConfigMap', name: String(fieldAt(reference, 'name')) });
  const all = listAt(container, 'envFrom').map((entry) => ({ entry, values: valuesIn(entry['configMapRef']) }));
  const known = all.flatMap(({ entry, values = {} }) =>
    Object.entries(values).map(([key, value]) => ({ name: `${String(entry['prefix'] ?? '')}${key}`, value })),
  );
  const env = listAt(container, 'env').map((entry) => {
    const reference = fieldAt(entry, 'valueFrom', 'configMapKeyRef');
    const value = valuesIn(reference)?.[String(fieldAt(reference, 'key'))];
    return value === undefined ? entry : { name: entry['name'], value };
  });
  const names = new Set(env.map(({ name }) => name));
  return {
    env: [...known.filter(({ name }) => !names.has(name)), ...env],
    envFrom: all.flatMap(({ entry, values }) => (values ? [] : [entry])),
  };
}

function withoutUser(securityContext: unknown): Record<string, unknown> {
  if (!isMap(securityContext)) return {};
  const { runAsUser: _user, runAsGroup: _group, runAsNonRoot: _nonRoot, ...kept } = securityContext;
  return kept;
}

function withMemory(resources: unknown): unknown {
  const limits = fieldAt(resources, 'limits');
  if (!isMap(resources) || !isMap(limits)) return resources;
  return { ...resources, limits: { ...limits, memory: compilerMemory } };
}

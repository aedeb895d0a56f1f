import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';
import { Refusal } from '../../errors/product-error.ts';
import { annotation, label, managedBy } from '../../product/wire-names.ts';
import { labelValue } from '../release-labels.ts';

/** Marks by which other deployers claim an object. */
const foreignMarks: Readonly<Record<string, string>> = {
  'meta.helm.sh/release-name': 'Helm',
  'argocd.argoproj.io/tracking-id': 'Argo CD',
  'kustomize.toolkit.fluxcd.io/name': 'Flux',
  'helm.toolkit.fluxcd.io/name': 'Flux',
  'kapp.k14s.io/app': 'kapp',
};

/** Returns the other owner of an object in the cluster, or undefined when a service may take it. */
export function otherOwnerOf(live: KubernetesObject, service: string): string | undefined {
  const { labels = {}, annotations = {} } = live.metadata;
  const other = labels[label.service];
  if (other !== undefined && other !== service) return `the service ${other}`;
  for (const [mark, owner] of Object.entries(foreignMarks)) {
    const of = annotations[mark] ?? labels[mark];
    if (of !== undefined) return `${owner} (${of})`;
  }
  const manager = labels[label.managedBy];
  if (manager !== undefined && manager !== managedBy && manager !== 'kubectl') return manager;
  const controllers = live.metadata['ownerReferences'];
  const controller = Array.isArray(controllers)
    ? (controllers as { controller?: boolean; kind?: string; name?: string }[]).find((owner) => owner.controller)
    : undefined;
  return controller && `${controller.kind} ${controller.name}`;
}

/**
 * Returns the other workspace that has a service of this name, and put the object into the cluster. Unknown where
 * manifests say themselves what they are a part of.
 * @param desired the object as this workspace would have it. @param workspace its name, as its `package.json` has it.
 */
function otherWorkspaceOf(live: KubernetesObject, desired: KubernetesObject, workspace: string): string | undefined {
  const there = live.metadata.labels ?? {};
  const ours = labelValue(workspace);
  const isComparable =
    there[label.managedBy] === managedBy &&
    there[label.service] === desired.metadata.labels?.[label.service] &&
    ours !== '' &&
    desired.metadata.labels?.[label.partOf] === ours;
  return isComparable && there[label.partOf] !== ours ? there[label.partOf] : undefined;
}

/** The labels and annotations of an object by which other deployers claim it. */
export function foreignMarksOn({ metadata }: KubernetesObject): { labels: string[]; annotations: string[] } {
  const marks = [
    ...Object.keys(foreignMarks),
    'meta.helm.sh/release-namespace',
    'kustomize.toolkit.fluxcd.io/namespace',
  ];
  return {
    labels: marks.filter((mark) => metadata.labels?.[mark] !== undefined),
    annotations: marks.filter((mark) => metadata.annotations?.[mark] !== undefined),
  };
}

/** Reports whether this tool created an object for a service, so that it may delete it. */
export function mayDelete(live: KubernetesObject, service: string): boolean {
  const { labels = {}, annotations = {} } = live.metadata;
  return (
    labels[label.service] === service &&
    labels[label.managedBy] === managedBy &&
    annotations[annotation.created] === 'true' &&
    annotations[annotation.keep] !== 'true' &&
    otherOwnerOf(live, service) === undefined
  );
}

/** The refusal to write to an object of somebody else. */
function foreignObject(live: KubernetesObject, owner: string, service: string): Refusal {
  return new Refusal({
    type: 'foreign-object',
    doing: `deploy ${service}`,
    reason: `${describeObject(live)} is already in the namespace ${live.metadata.namespace ?? ''} and belongs to ${owner}.`,
    remedy: `Give the service's object another name, or remove that one from ${owner}; with --adopt it becomes the service's.`,
  });
}

/** Names under which other deployers write fields: Helm, Argo CD, Flux, kapp, Terraform, Pulumi and their like. */
const deployers = [
  /^(helm|tiller|helmfile|werf|nelm|kapp|kluctl|skaffold|tilt|kpt|garden|ansible)\b/,
  /^(helm|kustomize|kapp)-controller$/,
  /^(argocd|fleet|pulumi|terraform|opentofu)/,
  /^hashicorp$/,
];

/** Reports whether a field manager is one of another tool that deploys manifests. */
export function isDeployer(manager: string): boolean {
  return deployers.some((name) => name.test(manager.toLowerCase()));
}

/** The refusal to write to an object of another workspace's service of the same name. */
function otherWorkspace(live: KubernetesObject, other: string, service: string): Refusal {
  const { namespace = '' } = live.metadata;
  return new Refusal({
    type: 'foreign-object',
    doing: `deploy ${service}`,
    reason: `${describeObject(live)} is already in the namespace ${namespace} and belongs to the service ${service} of the workspace ${other}.`,
    remedy: `Rename the service or use another namespace; if this workspace was named ${other} before, deploy once with --adopt.`,
  });
}

/** A service that wants an object for its own. */
interface ServiceClaim {
  readonly service: string;
  readonly adopt?: boolean;
  /** Its name; workspaces are not compared when omitted. */
  readonly workspace?: string;
}

/** @throws {Refusal} when an object that is there belongs to somebody else, and is not to be adopted. */
export function refuseForeign(
  live: KubernetesObject,
  desired: KubernetesObject,
  { service, adopt = false, workspace }: ServiceClaim,
): void {
  if (adopt) return;
  const owner = otherOwnerOf(live, service);
  if (owner !== undefined) throw foreignObject(live, owner, service);
  const other = workspace === undefined ? undefined : otherWorkspaceOf(live, desired, workspace);
  if (other !== undefined) throw otherWorkspace(live, other, service);
}

/**
 * Names under which people's hands and kubectl wrote the manifests before this tool did. What they wrote becomes ours,
 * so that it goes when it is in no manifest. Restarts, labels and scaling by hand are not among them: they stay.
 */
export const upgradedManagers: readonly string[] = [
  'kubectl-client-side-apply',
  'before-first-apply',
  'kubectl',
  'kubectl-create',
  'kubectl-replace',
  'kubectl-edit',
  'kubectl-patch',
  'kubectl-set',
];

import { environmentsFolder } from '../workspace/places.ts';
import type { FreezeWindow } from './freeze.ts';

export { environmentsFolder };

/** Returns where the registry of an environment is set, as remedies name it. */
export function registrySetting(): string {
  return `\`registry\` in ${environmentsFolder}/*.yaml`;
}

/** One place that services are deployed to: a file in the folder of the environments. */
export interface Environment {
  readonly name: string;
  /** Releases are promoted from lower to higher. */
  readonly order: number;
  readonly cluster: {
    /** Context in the kubeconfig. */
    readonly context: string;
    /** A kubeconfig other than the user's own; relative to the workspace's root. */
    readonly kubeconfig?: string;
    /** The cluster in Azure, where it is one of AKS: pipelines get its kubeconfig there. */
    readonly aks?: { readonly resourceGroup: string; readonly name: string };
  };
  readonly namespace: string;
  /** Host and optional path under which the services' images live: `acr.example/team`. */
  readonly registry: string;
  /** Platforms of its machines, `linux/amd64`: images must be for all of these. Those of the cluster's nodes when left out. */
  readonly platforms?: readonly string[];
  /** Where the environment's gateway answers: `https://preprod.example`. */
  readonly url?: string;
  /** The door that clients call, where it is not the gateway. */
  readonly facade?: ApiManagement;
  /** `automatic`: every release is deployed at once. `manual`: only when somebody asks for it. */
  readonly deploy: 'automatic' | 'manual';
  /** True when a build of a dirty working tree may be deployed. */
  readonly allowDirty: boolean;
  /**
   * True when commits of any branch may be released, over each other, and older ones too; as `allowDirty` when left out.
   * Or the branches besides the main one that releases may be of, by name or with `*`: `hotfix/*`.
   */
  readonly allowBranches?: boolean | readonly string[];
  /** Parts of a release that must be signed (docs/verified-releases.md); none when left out. */
  readonly verify?: { readonly tags?: 'signed' };
  /** True when somebody must approve of every release that is put in. */
  readonly protected: boolean;
  /** When nothing is put in, but what goes back. */
  readonly freeze?: readonly FreezeWindow[];
  /** How long a release must have run upstream before it is promoted to here: `30m`, `2h`, `1d`. */
  readonly soak?: string;
  /** How services are asked while they are replaced; left away: the path of the readiness probe, 10 requests a second. */
  readonly probe?: boolean | { readonly path?: string; readonly rate?: number };
  /** How much a rollout may suffer before it has failed: how long one trouble lasts (`90s`, `5m`), how often a container ends. */
  readonly rollout?: { readonly grace?: string; readonly restarts?: number };
  /** How releases are judged, besides by requests, while clients' requests are led to them bit by bit. */
  readonly canary?: { readonly prometheus: PrometheusSettings };
  /** Values of `${NAME}` in manifests. */
  readonly variables: Readonly<Record<string, string>>;
}

/** An instance of Azure API Management through which clients call the services of an environment. */
export interface ApiManagement {
  readonly kind: 'api-management';
  /** Id of its subscription in Azure. */
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly name: string;
  /** Where it finds the environment's gateway; the environment's `url` when left out. */
  readonly backend?: string;
  /** First part of all paths of the environment, where others share the instance. */
  readonly pathPrefix?: string;
  /** Azure's Resource Manager, where it is not that of the public cloud. */
  readonly endpoint?: string;
  /** Environment variable that holds a key of a subscription there: what is published is checked with it. */
  readonly keyVariable?: string;
}

/** A Prometheus that knows what clients of a canary meet with. */
export interface PrometheusSettings {
  /** Where it answers, without `/api/v1`. */
  readonly url: string;
  /** Environment variable that holds the token with which it is asked. */
  readonly tokenVariable?: string;
  /** How many requests a canary must have answered in each share; 0: one that was asked nothing is good. */
  readonly requests?: number;
  /** The figures that are asked for; errors and latency when left out. */
  readonly checks?: readonly MetricCheck[];
}

/** A figure and its limits, as they are written. */
export interface MetricCheck {
  readonly name: string;
  /** In PromQL; left out for the usual ones. */
  readonly query?: string;
  readonly max?: number;
  readonly min?: number;
  /** Lets it be over `max` where what serves is: by up to so many times. */
  readonly timesStable?: number;
}

/** Environments that every release is deployed to. */
export function automaticEnvironments<T extends Pick<Environment, 'deploy'>>(environments: readonly T[]): T[] {
  return environments.filter(({ deploy }) => deploy === 'automatic');
}

/** Reports whether commits of any branch may be released over each other in an environment. */
export function takesBranches({
  allowBranches,
  allowDirty,
}: Pick<Environment, 'allowBranches' | 'allowDirty'>): boolean {
  // What takes changes that no commit has takes any commit.
  return typeof allowBranches === 'object' ? false : (allowBranches ?? allowDirty);
}

/** Returns the branches, by name or with `*`, that releases of an environment must be of: the main one, and those it names. */
export function releasedBranches({ allowBranches }: Pick<Environment, 'allowBranches'>, mainBranch: string): string[] {
  return [mainBranch, ...(typeof allowBranches === 'object' ? allowBranches : [])];
}

/** Reports whether an environment takes only releases and versions whose tags are signed. */
export function takesSignedTags({ verify }: Pick<Environment, 'verify'>): boolean {
  return verify?.tags === 'signed';
}

/** Reports whether two environments are one namespace of one cluster, as far as their files tell. */
export function isSamePlace(a: Pick<Environment, 'cluster' | 'namespace'>, b: typeof a): boolean {
  return a.namespace === b.namespace && isSameCluster(a.cluster, b.cluster);
}

function isSameCluster(a: Environment['cluster'], b: Environment['cluster']): boolean {
  // Azure takes no account of capitals, and a context may be named alike for two clusters in two pipelines.
  if (a.aks && b.aks) return nameInAzure(a.aks) === nameInAzure(b.aks);
  return a.context === b.context && pathOf(a.kubeconfig) === pathOf(b.kubeconfig);
}

/** Reports whether APIs of two environments have the same paths and ids in one instance, as far as their files tell. */
export function isSameDoor(a: ApiManagement | undefined, b: ApiManagement | undefined): boolean {
  return a !== undefined && b !== undefined && isSameInstance(a, b) && a.pathPrefix === b.pathPrefix;
}

/** Reports whether two doors are one instance, as far as their files tell. */
export function isSameInstance(a: ApiManagement, b: ApiManagement): boolean {
  const idOf = (door: ApiManagement) => `${door.subscription.toLowerCase()}/${nameInAzure(door)}`;
  return idOf(a) === idOf(b);
}

function nameInAzure({ resourceGroup, name }: { readonly resourceGroup: string; readonly name: string }): string {
  return `${resourceGroup}/${name}`.toLowerCase();
}

function pathOf(kubeconfig = ''): string {
  return kubeconfig.replace(/^(\.\/+)+/, '');
}

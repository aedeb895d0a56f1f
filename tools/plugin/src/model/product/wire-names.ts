/*
 * All names by which this tool is known outside: on objects of clusters, on images and commits, in the environment of
 * processes and at the servers that it asks. They outlive every version: another name needs a migration of whatever bears
 * the old one. Names that the manifests of clusters have too (`Infrastructure/kubernetes`) are written there as they are here.
 */

/** npm name of the plugin. */
export const pluginPackage = '@poc/plugin';
/** npm name of the HTTP host that services of Node.js use. */
export const serviceHostPackage = '@poc/service-host';

/** Before the names of labels and annotations, of this tool alone. */
const domain = 'poc.dev';
/** Before the names of objects, field managers, headers and programs. */
const prefix = 'poc';

function own(name: string): string {
  return `${domain}/${name}`;
}

/** The one name under which this tool writes fields of objects (server-side apply). Never changes: a new one would leave the old one's fields for ever. */
export const fieldManager = `${prefix}-deployer`;

/** The manager to whom replicas are handed before they are left to an autoscaler. */
export const replicasManager = `${fieldManager}-replicas`;

/** Under which name a controller is made to look at an object again. */
export const rousingManager = `${prefix}-rouse`;

/**
 * Under which names the configuration of an environment is written, one for each namespace: several environments may
 * write to one object of their cluster, such as a Gateway, each its own part.
 */
export const provisioningManager = {
  /** With a namespace behind it: under this name the configuration of that environment is written. */
  prefix: `${prefix}-provisioning-`,
  of: (namespace: string): string => `${provisioningManager.prefix}${namespace}`,
} as const;

/** Under which name made-up values of Secrets are written: not that of the configuration, which does not know them. */
export const generatedValuesManager = `${prefix}-generated-values`;

/** Value of `app.kubernetes.io/managed-by` on everything this tool applies. */
export const managedBy = prefix;

/** Labels that this tool sets or reads. */
export const label = {
  /** Name of the program, from the manifest. Kubernetes' own, as the next four. */
  name: 'app.kubernetes.io/name',
  /** The service that an object belongs to. */
  instance: 'app.kubernetes.io/instance',
  /** The build, in pod templates that ask for it (`${BUILD_NUMBER}`). */
  version: 'app.kubernetes.io/version',
  /** The workspace, where manifests say it. */
  partOf: 'app.kubernetes.io/part-of',
  /** By what an object is kept: `poc`. */
  managedBy: 'app.kubernetes.io/managed-by',
  /** Which service an object belongs to. */
  service: own('service'),
  /** On the Jobs that a release runs before its rollout: the name in the manifest. */
  job: own('job'),
  /** On the Deployment and the Services of a canary: its build. What they are is no part of what the service runs. */
  canary: own('canary'),
} as const;

/**
 * Annotations that this tool sets or reads. Those of a release are on the workload, and in its pod template only where
 * its manifest says so itself (`${COMMIT}`): such pods are new ones with each build, whether its image is or not.
 */
export const annotation = {
  /** Which build runs: `20261124-1`. */
  buildNumber: own('build-number'),
  /** The commit that it was built from. */
  commit: own('commit'),
  /** Digest of its image. */
  imageDigest: own('image-digest'),
  /** Hash of all that went into it: the same content is built once. */
  contentHash: own('content-hash'),
  /** `true` where it was built of uncommitted changes. */
  dirty: own('dirty'),
  /** Address of the CI run that deployed it. */
  run: own('run'),
  /** Name of the person who deployed it. */
  person: own('person'),
  /** On objects that this tool created, and did not find there: only they may be deleted by it. */
  created: own('created'),
  /** Keys of a Secret whose values provisioning makes up, once: `username,password`. */
  generate: own('generate'),
  /** On a Secret whose values are encrypted in git: a hash of what they are encrypted to. */
  encrypted: own('encrypted'),
  /** On a workload: why its requests may fail while its pods are replaced. A sentence, for those who review it. */
  allowDowntime: own('allow-downtime'),
  /** On a workload: the name of the container that runs the service, where it is not the service's. */
  container: own('container'),
  /** On an object: `required`, when a release fails without its health, or `ignored`, when it is not looked at. */
  health: own('health'),
  /** On a workload: how long a trouble of its new pods may last before the rollout has failed: `90s`, `5m`. */
  rolloutGrace: own('rollout-grace'),
  /** On a workload: how often a container of a new pod may end before the rollout has failed: `"5"`. */
  allowedRestarts: own('allowed-restarts'),
  /** `"true"` on an object that must stay when it is no longer among the manifests. */
  keep: own('keep'),
  /** `"true"` on a ConfigMap that is read by its name, so that its content must not become part of it. */
  keepName: own('keep-name'),
  /** On an object: the name of a variable that an environment must have for it to be there. */
  onlyWith: own('only-with'),
  /** On an environment's Namespace: the version of the configuration that is wholly there. */
  provisioning: own('provisioning'),
  /** On a service's objects: the version of the configuration that they need at least. */
  needsProvisioning: own('needs-provisioning'),
  /** On a workload, for a moment: its controller is to look at it again. */
  roused: own('roused'),
} as const;

/** Annotations of the actor: another person deploying the same again changes nothing. */
export const actorAnnotations: readonly string[] = [annotation.run, annotation.person];

/** Annotations of a deployment record. */
export const note = {
  /** Its number, counted for each service. */
  sequence: own('sequence'),
  /** How the deployment ended; none while it runs. */
  outcome: own('outcome'),
  /** When it ended. */
  finishedAt: own('finished-at'),
  /** Reason of a failure, or of a rollback. */
  reason: own('reason'),
  /** The cause of a failure: the build, or what is around it. */
  fault: own('fault'),
  /** How many requests were made meanwhile, and how many failed. */
  probe: own('probe'),
  /** The revision of the API that was published with it. */
  published: own('published'),
  /** How far its canary came. */
  canary: own('canary'),
  /** The request to a running canary: promote, or abort. */
  canaryWish: own('canary-wish'),
  /** Kinds of the objects that it has, so that they are found again to be pruned. */
  kinds: own('kinds'),
  /** Distinguishes a record from another of the same name, should an answer be lost and the request be sent again. */
  attempt: own('attempt'),
  /** The data without the manifests, so that thousands of records can be listed by their metadata. */
  summary: own('summary'),
  /** Which fields of which object this tool owned when the deployment ended (fingerprints, `drift.ts`). */
  applied: own('applied'),
} as const;

/** Not those of the service's objects: a StatefulSet would take a ControllerRevision with its labels for its own. */
export const recordOf = own('record-of');
/** On the newest record of a service (for a moment also on the one before it): how all newest ones are found at once. */
export const newestMark = own('newest');
/** Names the service on each part of the log of deployments. */
export const logOf = own('log-of');
/** Names the environment's namespace on a record of provisioning. */
export const provisioningOf = own('provisioning-of');
/** The version of the configuration that a record of provisioning rolled out. */
export const provisionedVersionNote = own('version');

/** Labels by which a pod that a developer runs is found again. None is in the selector of a Service. */
export const devLabel = {
  /** The service that it stands in for. */
  service: own('dev-of'),
  /** The developer's name. */
  owner: own('dev-by'),
} as const;

/** Labels of images, beside those of the OCI image specification. */
export const imageLabel = {
  /** The base images with their digests, so that it is seen when one moves. */
  baseImages: own('base-images'),
  /** Hash of all that went into the image. */
  contentHash: own('content-hash'),
  /** `true` where it was built of uncommitted changes. */
  dirty: own('dirty'),
} as const;

/** Beginnings and names of objects. */
export const objectName = {
  /** Of what this tool keeps itself: records, locks, logs. */
  ownPrefix: `${prefix}-`,
  /** The parts of the log of deployments. */
  log: `${prefix}-log`,
  /** Namespace of what provisioning keeps, and the beginning of its names in API Management. */
  provisioning: `${prefix}-provisioning`,
  /** An object of a namespace that is still to be made is tried under this name. */
  dryRun: `${prefix}-dry-run`,
} as const;

/** A header, and the beginning of a host, by which a route is asked before clients are. */
export const warmUpName = `${prefix}-warm-up`;

/** The name of this tool at servers (`user-agent`, or the client of a login). */
export const userAgent = {
  /** At API servers of clusters. */
  deployer: `${prefix}-deployer`,
  /** At registries and their logins. */
  release: `${prefix}-release`,
  /** In the requests that are made while pods are replaced. */
  prober: `${prefix}-prober`,
  /** In the requests by which an API is checked before clients find it. */
  check: `${prefix}-check`,
  /** At forges. */
  plugin: `${prefix}-plugin`,
} as const;

/** `docker` or `podman`: which engine to take is a matter of the machine, not of a command. */
export const engineVariable = 'POC_CONTAINER_ENGINE';
/** Names the gate that a job of a CI passed; `--approve` without a terminal needs it. */
export const approvalGateVariable = 'POC_APPROVAL_GATE';
/** The person who acts, where no CI says it. */
export const actorVariable = 'POC_ACTOR';
/**
 * The environment variable with the tags, separated by commas, of builds that failed where they were deployed and ran nowhere:
 * `outdated` finds them for the job that builds, which reaches no cluster.
 */
export const failedBuildsVariable = 'POC_FAILED_BUILDS';
/** Names of further variables that the programs started by this tool get. */
export const passedVariable = 'POC_PASS_ENV';

/*
 * Variables by which Nx's own process, which may stand before a terminal, tells the processes of tasks what it is:
 * what a batch prints comes to it through a pipe.
 */

/** Columns of the terminal; unset where the output is none. */
export const columnsVariable = 'POC_TERMINAL_COLUMNS';
/** `true` where somebody at a terminal can be asked: Nx neither shows its own interface there, nor is one end a file. */
export const terminalInputVariable = 'POC_TERMINAL_INPUT';
/** `true` or `false`: whether colours are shown. */
export const colorVariable = 'POC_TERMINAL_COLOR';
/** File to which tasks write what they came to, a line of JSON each. */
export const outcomesVariable = 'POC_OUTCOMES_FILE';
/** File to which a task that should run until it is stopped writes an exit code, when it ends by itself. */
export const exitCodeVariable = 'POC_EXIT_CODE_FILE';
/** The commit that was checked out when the command began. */
export const commitAtStartVariable = 'POC_COMMIT_AT_START';

/** Names of all variables above. */
export const allVariables = 'POC_*';

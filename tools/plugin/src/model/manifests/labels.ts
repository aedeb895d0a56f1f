/** The one name under which this tool writes fields of objects (server-side apply). Never changes: a new one would leave the old one's fields for ever. */
export const fieldManager = 'poc-deployer';

/**
 * Under which names the configuration of an environment is written, one for each namespace: several environments may
 * write to one object of their cluster, such as a Gateway, each its own part.
 */
export const provisioningManager = {
  prefix: 'poc-provisioning-',
  of: (namespace: string): string => `${provisioningManager.prefix}${namespace}`,
} as const;

/** Under which name made-up values of Secrets are written: not that of the configuration, which does not know them. */
export const generatedValuesManager = 'poc-generated-values';

/** Value of `app.kubernetes.io/managed-by` on everything this tool applies. */
export const managedBy = 'poc';

/** Labels that this tool sets or reads. */
export const label = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  version: 'app.kubernetes.io/version',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
  /** Which service an object belongs to. */
  service: 'poc.dev/service',
  /** On the Jobs that a release runs before its rollout: the name in the manifest. */
  job: 'poc.dev/job',
  /** On the Deployment and the Services of a canary: its build. What they are is no part of what the service runs. */
  canary: 'poc.dev/canary',
} as const;

/**
 * Annotations that this tool sets or reads. Those of a release are on the workload, and in its pod template only where
 * its manifest says so itself (`${COMMIT}`): such pods are new ones with each build, whether its image is or not.
 */
export const annotation = {
  buildNumber: 'poc.dev/build-number',
  commit: 'poc.dev/commit',
  imageDigest: 'poc.dev/image-digest',
  contentHash: 'poc.dev/content-hash',
  dirty: 'poc.dev/dirty',
  run: 'poc.dev/run',
  person: 'poc.dev/person',
  /** On objects that this tool created, and did not find there: only they may be deleted by it. */
  created: 'poc.dev/created',
  /** Keys of a Secret whose values provisioning makes up, once: `username,password`. */
  generate: 'poc.dev/generate',
  /** On a Secret whose values are encrypted in git: a hash of what they are encrypted to. */
  encrypted: 'poc.dev/encrypted',
  /** On a workload: why its requests may fail while its pods are replaced. A sentence, for those who review it. */
  allowDowntime: 'poc.dev/allow-downtime',
  /** On an object: `required`, when a release fails without its health, or `ignored`, when it is not looked at. */
  health: 'poc.dev/health',
  /** On a workload: how long a trouble of its new pods may last before the rollout has failed: `90s`, `5m`. */
  rolloutGrace: 'poc.dev/rollout-grace',
  /** On a workload: how often a container of a new pod may end before the rollout has failed: `"5"`. */
  allowedRestarts: 'poc.dev/allowed-restarts',
  /** `"true"` on an object that must stay when it is no longer among the manifests. */
  keep: 'poc.dev/keep',
  /** `"true"` on a ConfigMap that is read by its name, so that its content must not become part of it. */
  keepName: 'poc.dev/keep-name',
  /** On an object: the name of a variable that an environment must have for it to be there. */
  onlyWith: 'poc.dev/only-with',
  /** On an environment's Namespace: the version of the configuration that is wholly there. */
  provisioning: 'poc.dev/provisioning',
  /** On a service's objects: the version of the configuration that they need at least. */
  needsProvisioning: 'poc.dev/needs-provisioning',
  /** On a workload, for a moment: its controller is to look at it again. */
  roused: 'poc.dev/roused',
} as const;

/** Annotations of the actor: another person deploying the same again changes nothing. */
export const actorAnnotations: readonly string[] = [annotation.run, annotation.person];

import { describeObject, type KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { scrub } from '../../../../../model/secrets/line-scrubber.ts';
import { sentence } from '../../../../../model/text/sentence.ts';
import { isReady } from './is-ready.ts';

/**
 * - `image`: it cannot be had. `config`: what the container refers to is missing. `start`: it cannot be started.
 * - `crash`: a container ended, more than once.
 * - `schedule`: no node takes the pod. `attach`: a volume is not at its node yet. `unready`: it runs and does not become
 *   ready. These end by themselves, and nobody can say how soon.
 * - `creation`: the pod could not be made at all. `route`: no gateway takes a route.
 */
export type TroubleKind =
  'image' | 'config' | 'start' | 'crash' | 'schedule' | 'attach' | 'unready' | 'creation' | 'route';

/** The reason why a pod is not ready. */
export interface PodDiagnosis {
  readonly kind: TroubleKind;
  readonly container: string | undefined;
  /** Clause after the pod's name: `cannot get the image of orders (ImagePullBackOff)`. */
  readonly summary: string;
  /** The cluster's own message, without secrets. */
  readonly message: string;
  /** True when nothing but a change will help. */
  readonly permanent: boolean;
  /** How often the container has ended. */
  readonly crashes: number;
  /** True when its last end was that it used more memory than its limit. */
  readonly isOutOfMemory?: boolean;
  /** With which it ended last; undefined when it has not, or the cluster does not know. */
  readonly exitCode?: number | undefined;
  /** True when the container has been started again after it ended. */
  readonly runsAgain: boolean;
  /** True of an init container or sidecar: it is mostly there to wait for something, which comes when it comes. */
  readonly isAhead?: boolean;
}

interface Terminated {
  readonly exitCode?: number;
  readonly reason?: string;
  readonly message?: string;
}
interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly image?: string;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: Terminated;
  };
  readonly lastState?: { readonly terminated?: Terminated };
}
interface PodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly { type?: string; status?: string; reason?: string; message?: string }[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

/** Characters of a cluster's message that are shown. */
export const longestMessage = 500;

/** Words by which a registry says that it does not have an image: only a change helps. All else is asked again by the kubelet. */
const absent = /\bnot found\b|manifest unknown|name unknown|invalid reference/i;

/** Words by which a registry says that we may not have an image, rather than that it has none. */
const forbidden = /unauthorized|authentication required|authorization failed|denied|forbidden|\b40[13]\b/i;

/** The worst that keeps a pod from serving, or undefined when it serves, ends, or is simply on its way. */
export function diagnosePod(pod: KubernetesObject): PodDiagnosis | undefined {
  const status = (pod['status'] ?? {}) as PodStatus;
  if (pod.metadata['deletionTimestamp'] !== undefined || status.phase === 'Succeeded') return undefined;
  if (isReady(pod)) return undefined;
  const ahead = status.initContainerStatuses ?? [];
  const containers = [...ahead, ...(status.containerStatuses ?? [])];
  for (const container of containers) {
    const isAhead = ahead.includes(container);
    const trouble = waitingTrouble(container) ?? crashTrouble(container, isAhead);
    if (trouble) return { ...trouble, isAhead };
  }
  if (status.phase === 'Failed')
    return {
      kind: 'crash',
      container: undefined,
      summary: `has failed (${status.reason ?? 'no reason given'})`,
      message: scrub(status.message ?? ''),
      permanent: false,
      crashes: 1,
      runsAgain: false,
    };
  const unscheduled = status.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  if (unscheduled)
    return {
      kind: 'schedule',
      container: undefined,
      summary: 'cannot be scheduled',
      message: scrub(unscheduled.message ?? ''),
      permanent: false,
      crashes: 0,
      runsAgain: false,
    };
  const unready = containers.find(({ ready, state }) => ready === false && state?.running !== undefined);
  return unready && status.phase === 'Running'
    ? {
        kind: 'unready',
        container: unready.name,
        summary: `is running, but container ${unready.name} is not ready`,
        message: '',
        permanent: false,
        crashes: unready.restartCount ?? 0,
        runsAgain: true,
      }
    : undefined;
}

function waitingTrouble({ name, image, state, restartCount = 0 }: ContainerStatus): PodDiagnosis | undefined {
  const { reason = '' } = state?.waiting ?? {};
  const message = scrub(state?.waiting?.message ?? '');
  const facts = { container: name, message, crashes: restartCount, runsAgain: false };
  switch (reason) {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'ImageInspectError':
    case 'RegistryUnavailable':
      return {
        ...facts,
        kind: 'image',
        summary: `${forbidden.test(message) ? 'is not allowed to pull' : 'cannot pull'} image ${image ?? ''} for container ${name} (${reason})`,
        permanent: absent.test(message) && !forbidden.test(message),
      };
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return {
        ...facts,
        kind: 'image',
        summary: `has no usable image for container ${name} (${reason})`,
        permanent: reason === 'InvalidImageName',
      };
    case 'CreateContainerConfigError':
      return {
        ...facts,
        kind: 'config',
        summary: `references a missing ConfigMap, Secret or key (container ${name})`,
        permanent: false,
      };
    case 'CreateContainerError':
    case 'RunContainerError':
    case 'PreCreateHookError':
    case 'PostStartHookError':
      return { ...facts, kind: 'start', summary: `cannot start container ${name} (${reason})`, permanent: false };
    default:
      return undefined;
  }
}

function crashTrouble(
  { name, state, lastState, restartCount = 0 }: ContainerStatus,
  isAhead: boolean,
): PodDiagnosis | undefined {
  const isDown = state?.running === undefined;
  const ended = state?.terminated ?? lastState?.terminated;
  // An init container may fail before it succeeds; one of the others is to go on for ever.
  const hasDoneItsWork = ended?.exitCode === 0 && (isAhead || restartCount === 0);
  if (!ended || hasDoneItsWork) return undefined;
  // Each restart came after a crash; what is down without having been started again has crashed once more.
  const isNotYetRestarted =
    (isDown && state?.terminated !== undefined) || state?.waiting?.reason === 'CrashLoopBackOff';
  const crashes = restartCount + (isNotYetRestarted ? 1 : 0);
  const isOutOfMemory = ended.reason === 'OOMKilled';
  return {
    kind: 'crash',
    container: name,
    summary: crashSummary({ container: name, crashes, isOutOfMemory, exitCode: ended.exitCode }),
    message: scrub(ended.message ?? ''),
    permanent: false,
    crashes,
    isOutOfMemory,
    exitCode: ended.exitCode,
    runsAgain: !isDown,
  };
}

/** Returns a sentence that names the pod, what is wrong with it, and what the cluster says. */
export function describePodTrouble(pod: KubernetesObject, { summary: says, message }: PodDiagnosis): string {
  return `${describeObject(pod)} ${says}${message === '' ? '.' : `: ${sentence(message, longestMessage)}`}`;
}

/**
 * Returns a clause: `is crash-looping: container orders exited with code 1 (3 times)`.
 * @param memoryLimit that the container exceeded, where that is known.
 */
export function crashSummary(
  {
    container,
    crashes,
    isOutOfMemory,
    exitCode,
  }: Pick<PodDiagnosis, 'container' | 'crashes' | 'isOutOfMemory' | 'exitCode'>,
  memoryLimit?: string,
): string {
  const limit = memoryLimit === undefined ? '' : `, memory limit ${memoryLimit}`;
  const how = isOutOfMemory ? `was OOM-killed${limit}` : `exited with code ${exitCode ?? '?'}`;
  return `is crash-looping: container ${container} ${how} (${crashes === 1 ? 'once' : `${crashes} times`})`;
}

import { describeObject, type KubernetesObject } from '../../kubernetes-object.ts';
import { fieldAt, identityOf, isMap, listAt } from '../../source/object-fields.ts';
import { isRollout, podTemplateOf } from '../pod-templates.ts';
import { podSelectorOf, selects } from '../selectors.ts';

/** A Service that would find no pods of the next release, as it is until those are ready. */
export interface LostEndpoint {
  /** The part of the Service that changes: `Service orders, spec.selector`. */
  readonly field: string;
  /** A sentence: what the Service looks for, and what the pods lack. */
  readonly line: string;
  /** The workload that makes the pods, as the next release has it. */
  readonly workload: KubernetesObject;
}

/**
 * Finds Services that change together with the pods behind them in a way that leaves a moment without any. A Service is
 * changed when all pods of the next release are ready: until then the one that runs has to find them, too.
 * @param running objects of the release that runs.
 * @param next objects of the release that is to be deployed.
 */
export function lostEndpoints(running: readonly KubernetesObject[], next: readonly KubernetesObject[]): LostEndpoint[] {
  return lostIn(running, next, { until: 'all new ones are ready', others: 'those' });
}

/**
 * Finds Services that find no pods for a while when an earlier release is restored: going back, they are changed before
 * the pods behind them are replaced, so that until the restored ones are ready they have to find those that run.
 * @param running objects of the release that is left.
 */
export function lostEndpointsGoingBack(
  running: readonly KubernetesObject[],
  restored: readonly KubernetesObject[],
): LostEndpoint[] {
  const words = { until: 'the restored ones are ready', others: 'those that run' };
  return lostIn(restored, running, words);
}

function lostIn(
  running: readonly KubernetesObject[],
  next: readonly KubernetesObject[],
  words: { readonly until: string; readonly others: string },
): LostEndpoint[] {
  const before = new Map(running.map((object) => [identityOf(object), object]));
  const services = next.filter(({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1');
  return services.flatMap((service) => {
    const known = before.get(identityOf(service));
    return known === undefined
      ? []
      : next.flatMap((workload) => {
          const old = before.get(identityOf(workload));
          const isServing = isRollout(workload) && old !== undefined && finds(known, old) && finds(service, workload);
          if (!isServing) return [];
          return changesOf(known, service, workload, words).map((change) => ({ ...change, workload }));
        });
  });
}

function changesOf(
  known: KubernetesObject,
  service: KubernetesObject,
  workload: KubernetesObject,
  { until, others }: { readonly until: string; readonly others: string },
): Omit<LostEndpoint, 'workload'>[] {
  const name = describeObject(service);
  const labels = missingLabels(known, workload);
  const ports = listAt(known, 'spec', 'ports').flatMap((port) => {
    const [from, to] = [targetOf(port), targetIn(service, port['port'])];
    // A port that goes has nobody to lose; one that stays as it is, is the pods' own affair.
    if (to === undefined || to === from || listensAt(workload, from)) return [];
    const line = `${name}: port ${String(port['port'])} leads to ${String(from)} of the pods until ${until}, and ${others} have ${String(to)} instead.`;
    return [{ field: `${name}, port ${String(port['port'])}`, line }];
  });
  if (labels.length === 0) return ports;
  const line = `${name}: it finds pods by ${labels.join(', ')} until ${until}, and ${others} lack it.`;
  return [{ field: `${name}, spec.selector`, line }, ...ports];
}

/** Returns the labels that a Service looks for and a workload's pods lack: `version=v1`. */
function missingLabels(service: KubernetesObject, workload: KubernetesObject): string[] {
  const wanted = fieldAt(service, 'spec', 'selector');
  const labels = fieldAt(podTemplateOf(workload), 'metadata', 'labels');
  return Object.entries(isMap(wanted) ? wanted : {}).flatMap(([key, value]) =>
    fieldAt(labels, key) === value ? [] : [`${key}=${String(value)}`],
  );
}

function finds(service: KubernetesObject, workload: KubernetesObject): boolean {
  const selector = podSelectorOf(service);
  return selector !== undefined && selects(selector, fieldAt(podTemplateOf(workload), 'metadata', 'labels'));
}

function targetOf(port: Readonly<Record<string, unknown>>): unknown {
  return port['targetPort'] ?? port['port'];
}

function targetIn(service: KubernetesObject, number: unknown): unknown {
  const port = listAt(service, 'spec', 'ports').find((each) => each['port'] === number);
  return port && targetOf(port);
}

/** Reports whether a workload's pods declare a port, by its name or number. */
function listensAt(workload: KubernetesObject, port: unknown): boolean {
  const template = podTemplateOf(workload);
  const containers = ['containers', 'initContainers'].flatMap((list) => listAt(template, 'spec', list));
  return containers
    .flatMap((container) => listAt(container, 'ports'))
    .some(({ name, containerPort }) => name === port || containerPort === port);
}

import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { isMap } from '../../../model/manifests/source/object-fields.ts';
import { describeSteps, matcherOf } from './field-steps.ts';
import { fieldsOf, isOurs, managedFieldsOf, type FieldSteps } from './managed-fields.ts';

/** A port that another wrote, and that cannot stay beside those of a manifest. */
export interface DisplacedPort {
  readonly steps: FieldSteps;
  /** `spec.ports[port=8080,protocol="TCP"] from helm`. */
  readonly text: string;
}

interface Place {
  readonly live: unknown;
  readonly desired: unknown;
  readonly steps: FieldSteps;
}

/**
 * Returns ports that others wrote under the name of one that the manifest has under another number. The number is the key
 * by which server-side apply merges ports, so both would be there, and the second be refused for its name.
 */
export function displacedPorts(live: KubernetesObject, desired: KubernetesObject): DisplacedPort[] {
  const others = managedFieldsOf(live).filter((entry) => !isOurs(entry) && entry.subresource === undefined);
  return others.flatMap((entry) => {
    const found = portsIn(fieldsOf(entry), { live, desired, steps: [] }, live.kind === 'Service');
    return found.map((steps) => ({ steps, text: `${describeSteps(steps)} from ${entry.manager ?? 'another'}` }));
  });
}

/** Returns where ports are. */
export function stepsOf(ports: readonly DisplacedPort[]): FieldSteps[] {
  return ports.map(({ steps }) => steps);
}

function portsIn(fields: unknown, { live, desired, steps }: Place, isService: boolean): FieldSteps[] {
  return Object.entries(isMap(fields) ? fields : {}).flatMap(([step, node]) => {
    const here = [...steps, step];
    if (step.startsWith('f:') && isMap(live) && isMap(desired)) {
      const key = step.slice('f:'.length);
      return portsIn(node, { live: live[key], desired: desired[key], steps: here }, isService);
    }
    if (!step.startsWith('k:') || !Array.isArray(live) || !Array.isArray(desired)) return [];
    const isMeant = matcherOf(step);
    const item: unknown = live.find(isMeant);
    const wanted: unknown = desired.find(isMeant);
    if (wanted !== undefined) return portsIn(node, { live: item, desired: wanted, steps: here }, isService);
    return steps.at(-1) === 'f:ports' && clashes(item, desired, isService) ? [here] : [];
  });
}

/** Reports whether a port cannot be beside others. A Service may leave out the name of its only port. */
function clashes(port: unknown, others: readonly unknown[], isService: boolean): boolean {
  if (!isMap(port)) return false;
  const names = others.map((other) => (isMap(other) ? other['name'] : undefined));
  const { name } = port;
  if (isService && names.length > 0 && (name === undefined || names.includes(undefined))) return true;
  return name !== undefined && names.includes(name);
}

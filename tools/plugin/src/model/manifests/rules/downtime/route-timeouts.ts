import { describeObject, type KubernetesObject } from '../../kubernetes-object.ts';
import { parseGatewayDuration } from '../../routes/gateway-duration.ts';
import { fieldAt, listAt } from '../../source/object-fields.ts';
import { podTemplateOf } from '../pod-templates.ts';
import { podSelectorOf, selects } from '../selectors.ts';
import type { Note } from './downtime-risk.ts';

/**
 * Checks that a gateway waits no longer for an answer than a pod that goes still works on it.
 * @param left seconds that a pod has after its preStop.
 */
export function checkRouteTimeouts(
  workload: KubernetesObject,
  objects: readonly KubernetesObject[],
  left: number,
  note: Note,
): void {
  const labels = fieldAt(podTemplateOf(workload), 'metadata', 'labels');
  const isInFront = (object: KubernetesObject) => {
    const selector = object.kind === 'Service' ? podSelectorOf(object) : undefined;
    return selector !== undefined && selects(selector, labels);
  };
  const services = new Set(objects.filter(isInFront).map(({ metadata }) => metadata.name));
  for (const route of objects.filter(({ kind }) => kind === 'HTTPRoute'))
    listAt(route, 'spec', 'rules').forEach((rule, index) => {
      const [name, text] = timeoutOf(rule);
      const wait = parseGatewayDuration(text);
      const isLed = listAt(rule, 'backendRefs').some((backend) => services.has(String(backend['name'])));
      // A pod without any time left is refused for that.
      if (!isLed || left === 0 || wait === undefined || (wait !== 0 && wait <= left * 1000)) return;
      const field = `spec.rules[${index}].timeouts.${name} of ${describeObject(route)}`;
      const place = { object: route, path: ['spec', 'rules', index, 'timeouts', name] };
      const pod = `a pod that goes has ${left} s after its preStop`;
      if (wait === 0) note('warn', field, `it is ${text}, no limit, and ${pod}: what takes longer is cut off.`, place);
      else
        note(
          'refuse',
          field,
          `it is ${text}, and ${pod}; what takes longer would be cut off. Shorten it, or raise terminationGracePeriodSeconds and the service's own drain.`,
          place,
        );
    });
}

function timeoutOf(rule: Record<string, unknown>): readonly ['request' | 'backendRequest', string | undefined] {
  const [request, backend] = ['request', 'backendRequest'].map((name) => fieldAt(rule, 'timeouts', name));
  if (typeof request === 'string') return ['request', request];
  return ['backendRequest', typeof backend === 'string' ? backend : undefined];
}

import { fieldAt, listAt } from '../source/object-fields.ts';
import { selects } from '../rules/selectors.ts';
import { gatewayOf, isSameGateway, type GatewayView, type ParentGateway } from './gateway-view.ts';

/** Label that the API server gives every namespace. */
const nameLabel = 'kubernetes.io/metadata.name';

/** A namespace's route, and the Gateway that it names. */
export interface AttachedRoute {
  readonly namespace: string;
  readonly parent: ParentGateway;
}

/**
 * Reports whether two routes are taken by one listener; undefined where it cannot be told, because the Gateway cannot be
 * read, or chooses namespaces by labels of theirs.
 */
export function shareListener(a: AttachedRoute, b: AttachedRoute, view: GatewayView): boolean | undefined {
  if (!isSameGateway(a.parent, b.parent)) return false;
  const sections = new Set([a.parent.section, b.parent.section].filter((section) => section !== undefined));
  if (sections.size > 1) return false;
  // One listener takes all routes of a namespace, or none.
  if (a.namespace === b.namespace) return true;
  const gateway = gatewayOf(a.parent, view);
  if (!gateway) return undefined;
  const [section] = sections;
  const answers = listAt(gateway, 'spec', 'listeners')
    .filter(({ name }) => section === undefined || name === section)
    .map((listener) => both(takes(listener, a.namespace, a.parent), takes(listener, b.namespace, b.parent)));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function both(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  if (a === false || b === false) return false;
  return a === undefined || b === undefined ? undefined : true;
}

/** Reports whether a listener takes routes of a namespace. */
function takes(
  listener: Record<string, unknown>,
  namespace: string,
  { namespace: home }: ParentGateway,
): boolean | undefined {
  const from = fieldAt(listener, 'allowedRoutes', 'namespaces', 'from') ?? 'Same';
  if (from === 'All') return true;
  if (from === 'Same') return namespace === home;
  if (from !== 'Selector') return false;
  const selector = fieldAt(listener, 'allowedRoutes', 'namespaces', 'selector');
  const keys = [
    ...Object.keys((fieldAt(selector, 'matchLabels') ?? {}) as object),
    ...listAt(selector, 'matchExpressions').map(({ key }) => key),
  ];
  return keys.every((key) => key === nameLabel) ? selects(selector, { [nameLabel]: namespace }) : undefined;
}

import { canaryErrors } from './canary-errors.ts';
import { entry } from './error-entry.ts';

/** Types of errors of routes that would not lead where they say. */
export const routeErrors = {
  'unsupported-route': entry(
    "The environment's gateway would not do what an HTTPRoute says.",
    'Remove the field that it names, or use a controller that has it.',
  ),
  'route-taken': entry(
    'Another HTTPRoute has the same path at the same host, and gateways follow the older one.',
    'Choose another path or host, or take it away from the other first.',
  ),
  'fallback-hidden': entry(
    'An HTTPRoute names a host that the fallback route does not.',
    "Add the host to the fallback's hostnames, and provision the environment.",
  ),
  ...canaryErrors,
} as const;

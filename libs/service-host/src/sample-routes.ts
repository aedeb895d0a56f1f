import type { Description } from './description/description.ts';
import type { Handler, Handlers } from './description/operations.ts';

/** For specs: a description with an operation for each route (`GET /quick`), and their handlers. */
export function sampleRoutes(routes: Readonly<Record<string, Handler>>): {
  description: Description;
  operations: Handlers;
} {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of Object.keys(routes)) {
    const [method, path] = route.split(' ') as [string, string];
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const hasBody = ['POST', 'PUT', 'PATCH'].includes(method);
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: {
        operationId: route,
        parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
        ...(hasBody && { requestBody: { required: true, content: { 'application/json': { schema: {} } } } }),
        responses: { default: { description: 'Anything', content: { 'application/json': {} } } },
      },
    };
  }
  return { description: { openapi: '3.1.0', info: { title: 'Sample', version: '1' }, paths }, operations: routes };
}

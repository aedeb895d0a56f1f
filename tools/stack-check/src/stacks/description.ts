import type { ServiceClone } from '../service-clone.ts';

const trialPaths = `paths:
  /slow/{ms}:
    get:
      operationId: getSlow
      parameters:
        - { name: ms, in: path, required: true, schema: { type: integer } }
      responses: { '200': { description: Late, content: { application/json: {} } } }
  /echo:
    post:
      operationId: postEcho
      requestBody: { required: true, content: { application/json: { schema: {} } } }
      responses: { '200': { description: The same, content: { application/json: {} } } }
  /call:
    get:
      operationId: getCall
      responses: { '200': { description: What came back, content: { application/json: {} } } }
`;

/** Adds the routes that a service is tried by to its description, of which a stack makes its routes. */
export function describeTrialRoutes(service: ServiceClone): void {
  service.edit('openapi.yaml', 'paths:\n', trialPaths);
}

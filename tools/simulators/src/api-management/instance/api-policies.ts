import { fieldError, notFound } from '../management/arm-error.ts';
import type { Apis } from './apis.ts';
import type { ManagementRequest, Properties, Routes } from '../management/management-request.ts';
import { policyRoutes } from './policies.ts';

/** Returns the routes of the policies of revisions and of their operations. */
export function apiPolicyRoutes(base: string, apis: Apis, check: (properties: Properties) => void): Routes {
  const foundFor = ({ values }: ManagementRequest) => apis.get(values['apiId'] ?? '');
  const operationOf = (request: ManagementRequest): string => {
    const id = request.values['operationId'] ?? '';
    if (foundFor(request).revision.operations.has(id)) return id;
    throw request.method === 'PUT'
      ? fieldError('operationId', 'Entity with specified identifier not found')
      : notFound('Operation');
  };
  return {
    ...policyRoutes({
      base,
      template: 'apis/{apiId}',
      pathOf: ({ values }) => `apis/${values['apiId']}`,
      find: (request) => foundFor(request).revision.policy,
      store: (request, policy) => {
        const { api, revision } = foundFor(request);
        apis.replace(api, { ...revision, policy });
      },
      check,
    }),
    ...policyRoutes({
      base,
      template: 'apis/{apiId}/operations/{operationId}',
      pathOf: ({ values }) => `apis/${values['apiId']}/operations/${values['operationId']}`,
      find: (request) => foundFor(request).revision.operationPolicies.get(operationOf(request)),
      store: (request, policy) => {
        const { api, revision } = foundFor(request);
        const operation = operationOf(request);
        const others = [...revision.operationPolicies].filter(([id]) => id !== operation);
        const own = policy ? [[operation, policy] as const] : [];
        apis.replace(api, { ...revision, operationPolicies: new Map([...others, ...own]) });
      },
      check,
    }),
  };
}

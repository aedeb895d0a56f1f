import { fieldError, notFound } from '../management/arm-error.ts';
import type { Apis, Found } from './apis.ts';
import { checkPrecondition, nextEtag, type Entity } from '../management/entities.ts';
import { listOf, resource } from '../management/entity-routes.ts';
import { checkIdentifier } from '../management/identifiers.ts';
import type { Answer, ManagementRequest, Properties, Routes } from '../management/management-request.ts';

/** Returns the routes of the operations of a revision, as they are without an import: a fallback API's wildcards. */
export function operationRoutes(base: string, apis: Apis): Routes {
  const foundFor = ({ values }: ManagementRequest) => apis.get(values['apiId'] ?? '');
  const pathOf = ({ values }: ManagementRequest) => `apis/${values['apiId']}/operations`;
  const bodyOf = (request: ManagementRequest, { name, properties }: Entity) =>
    resource(base, `${pathOf(request)}/${name}`, properties);
  const get = (request: ManagementRequest): Entity => {
    const found = foundFor(request).revision.operations.get(request.values['operationId'] ?? '');
    if (!found) throw notFound('Operation');
    return found;
  };
  const answer = (request: ManagementRequest, status: number, entity: Entity): Answer => ({
    state: 'done',
    status,
    etag: entity.etag,
    body: bodyOf(request, entity),
  });
  const write = (request: ManagementRequest, existing: Entity | undefined): Answer => {
    const found = foundFor(request);
    const name = request.values['operationId'] ?? '';
    checkIdentifier('operationId', name);
    checkPrecondition(request, existing);
    const entity = { name, properties: { ...existing?.properties, ...request.properties }, etag: nextEtag() };
    checkOperation(entity, found);
    if (!existing) apis.checkRoomFor(1);
    apis.replace(found.api, { ...found.revision, operations: new Map([...found.revision.operations, [name, entity]]) });
    return answer(request, existing ? 200 : 201, entity);
  };
  const item = 'apis/{apiId}/operations/{operationId}';
  return {
    'GET apis/{apiId}/operations': (request) => {
      const all = [...foundFor(request).revision.operations.values()].map((each) => bodyOf(request, each));
      return listOf(base, pathOf(request), all, request);
    },
    [`GET ${item}`]: (request) => answer(request, 200, get(request)),
    [`HEAD ${item}`]: (request) => ({ state: 'done', status: 200, etag: get(request).etag }),
    [`PUT ${item}`]: (request) =>
      write(request, foundFor(request).revision.operations.get(request.values['operationId'] ?? '')),
    [`PATCH ${item}`]: (request) => write(request, get(request)),
    [`DELETE ${item}`]: (request) => {
      const { api, revision } = foundFor(request);
      const existing = revision.operations.get(request.values['operationId'] ?? '');
      if (!existing) return { state: 'done', status: 204 };
      checkPrecondition(request, existing);
      const isKept = ([id]: readonly [string, unknown]) => id !== existing.name;
      const operations = new Map([...revision.operations].filter(isKept));
      const operationPolicies = new Map([...revision.operationPolicies].filter(isKept));
      apis.replace(api, { ...revision, operations, operationPolicies });
      return { state: 'done', status: 200 };
    },
  };
}

function checkOperation({ name, properties }: Entity, { revision }: Found): void {
  const shapeOf = ({ method, urlTemplate }: Properties) =>
    `${method} ${String(urlTemplate).replaceAll(/\{[^}]*\}/g, '{}')}`;
  const isTaken = [...revision.operations.values()].some(
    (each) => each.name !== name && shapeOf(each.properties) === shapeOf(properties),
  );
  if (isTaken) throw fieldError('urlTemplate', 'Operation with the same method and URL template already exists.');
  const inTemplate = [...String(properties['urlTemplate']).matchAll(/\{\*?([^}]*)\}/g)].map(
    ([, parameter]) => parameter,
  );
  const declared = ((properties['templateParameters'] ?? []) as { name: string }[]).map((parameter) => parameter.name);
  if (inTemplate.every((parameter) => declared.includes(parameter ?? '')) && declared.length === inTemplate.length)
    return;
  throw fieldError(
    'templateParameters',
    'All template parameters used in the UriTemplate must be defined in the Operation, please check parameter names.',
  );
}

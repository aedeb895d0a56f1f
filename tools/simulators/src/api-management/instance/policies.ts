import { fieldError, notFound } from '../management/arm-error.ts';
import { checkPrecondition, nextEtag } from '../management/entities.ts';
import { listOf, resource } from '../management/entity-routes.ts';
import { inFormat } from './policy-document.ts';
import { textOf, type ManagementRequest, type Properties, type Routes } from '../management/management-request.ts';

/** A policy of some scope. */
export interface Policy {
  readonly properties: Properties;
  readonly etag: string;
}

/** Where policies of a scope are kept. */
export interface PolicyScope {
  readonly base: string;
  /** The template of the scope, below the instance: `products/{productId}`; empty for the whole instance. */
  readonly template: string;
  /** The same for a request, with its values. */
  readonly pathOf: (request: ManagementRequest) => string;
  /** @throws ArmError when the scope itself does not exist. */
  readonly find: (request: ManagementRequest) => Policy | undefined;
  readonly store: (request: ManagementRequest, policy: Policy | undefined) => void;
  readonly check: (properties: Properties) => void;
}

/** Returns the routes of a scope's policy; each scope has one, with the id `policy`. */
export function policyRoutes({ base, template, pathOf, find, store, check }: PolicyScope): Routes {
  const collection = template === '' ? 'policies' : `${template}/policies`;
  const pathsOf = (request: ManagementRequest) => [pathOf(request), 'policies'].filter((part) => part !== '').join('/');
  const bodyOf = (request: ManagementRequest, { properties }: Policy) =>
    resource(base, `${pathsOf(request)}/policy`, properties);
  const asked = (request: ManagementRequest, { properties, etag }: Policy) =>
    bodyOf(request, { etag, properties: inFormat(properties, request.query.get('format')) });
  const get = (request: ManagementRequest): Policy => {
    const found = request.values['policyId'] === 'policy' ? find(request) : undefined;
    if (!found) throw notFound('Policy');
    return found;
  };
  return {
    [`GET ${collection}`]: (request) => {
      const found = find(request);
      return listOf(base, pathsOf(request), found ? [bodyOf(request, found)] : [], request);
    },
    [`GET ${collection}/{policyId}`]: (request) => {
      const found = get(request);
      return { state: 'done', status: 200, etag: found.etag, body: asked(request, found) };
    },
    [`HEAD ${collection}/{policyId}`]: (request) => ({ state: 'done', status: 200, etag: get(request).etag }),
    [`PUT ${collection}/{policyId}`]: (request) => {
      if (request.values['policyId'] !== 'policy') throw fieldError('policyId', "The policy's id must be 'policy'.");
      const existing = find(request);
      checkPrecondition(request, existing);
      check(request.properties);
      const policy = {
        etag: nextEtag(),
        properties: { format: 'xml', value: textOf(request.properties, 'value') ?? '', ...request.properties },
      };
      store(request, policy);
      return { state: 'done', status: existing ? 200 : 201, etag: policy.etag, body: bodyOf(request, policy) };
    },
    [`DELETE ${collection}/{policyId}`]: (request) => {
      const existing = find(request);
      if (!existing) return { state: 'done', status: 204 };
      checkPrecondition(request, existing);
      store(request, undefined);
      return { state: 'done', status: 200 };
    },
  };
}

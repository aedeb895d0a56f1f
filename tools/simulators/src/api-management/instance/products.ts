import { ArmError, fieldError, notFound } from '../management/arm-error.ts';
import type { Apis } from './apis.ts';
import { Entities, type Entity } from '../management/entities.ts';
import { entityRoutes, listOf, resource, type Reference } from '../management/entity-routes.ts';
import { textOf, type ManagementRequest, type Properties, type Routes } from '../management/management-request.ts';
import { policyRoutes, type Policy } from './policies.ts';

/** How products use what others keep. */
export interface ProductContext {
  readonly base: string;
  readonly apis: Apis;
  readonly checkPolicy: (properties: Properties) => void;
  /** The names of the subscriptions to a product. */
  readonly subscriptionsOf: (product: string) => readonly string[];
  /** Deletes the subscriptions to a product. */
  readonly unsubscribe: (product: string) => void;
}

/** Products, and the APIs that each has: by the API's name, whatever revision a link was asked for. */
export class Products {
  readonly entities = new Entities('Product');
  readonly routes: Routes;
  private linked: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  private policyOf: ReadonlyMap<string, Policy> = new Map();
  private readonly context: ProductContext;

  constructor(context: ProductContext) {
    this.context = context;
    const { base, apis } = context;
    const nameOf = ({ values }: ManagementRequest) => this.entities.get(values['productId'] ?? '').name;
    this.routes = {
      ...entityRoutes({
        base,
        collection: 'products',
        parameter: 'productId',
        entities: this.entities,
        accept: (request, existing) => this.accept(request, existing),
        checkUnused: ({ name }, { query }) => {
          if (context.subscriptionsOf(name).length === 0 || query.get('deleteSubscriptions') === 'true') return;
          throw new ArmError(
            400,
            'ValidationError',
            'Cannot delete a product that has subscriptions, unless deleteSubscriptions is true.',
          );
        },
        deleted: ({ name }) => {
          context.unsubscribe(name);
          this.linked = new Map([...this.linked].filter(([each]) => each !== name));
          this.policyOf = new Map([...this.policyOf].filter(([each]) => each !== name));
        },
      }),
      ...policyRoutes({
        base,
        template: 'products/{productId}',
        pathOf: (request) => `products/${nameOf(request)}`,
        find: (request) => this.policyOf.get(nameOf(request)),
        store: (request, policy) => {
          const others = [...this.policyOf].filter(([name]) => name !== nameOf(request));
          this.policyOf = new Map([...others, ...(policy ? [[nameOf(request), policy] as const] : [])]);
        },
        check: context.checkPolicy,
      }),
      ...this.linkRoutes(),
      'GET apis/{apiId}/products': (request) => {
        const { name } = apis.get(request.values['apiId'] ?? '').api;
        const all = [...this.entities.all.values()].filter((each) => this.apisOf(each.name).has(name));
        const bodies = all.map((each) => resource(base, `products/${each.name}`, each.properties));
        return listOf(base, `apis/${request.values['apiId']}/products`, bodies, request);
      },
    };
  }

  /** The names of the APIs by product. */
  get links(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.linked;
  }

  get policies(): ReadonlyMap<string, Policy> {
    return this.policyOf;
  }

  get references(): Reference[] {
    return [...this.policyOf].map(([name, { properties }]) => ({
      from: `products/${name}/policies/policy`,
      text: textOf(properties, 'value') ?? '',
    }));
  }

  /** Unlinks an API that is gone. */
  forget(api: string): void {
    for (const product of this.linked.keys()) this.link(product, api, false);
  }

  private apisOf(product: string): ReadonlySet<string> {
    return this.linked.get(product) ?? new Set();
  }

  private link(product: string, api: string, isLinked: boolean): void {
    const others = [...this.apisOf(product)].filter((each) => each !== api);
    this.linked = new Map([...this.linked, [product, new Set(isLinked ? [...others, api] : others)]]);
  }

  private linkRoutes(): Routes {
    const { base, apis } = this.context;
    const pairOf = ({ values }: ManagementRequest) => ({
      product: this.entities.get(values['productId'] ?? ''),
      // A link with `;rev=` is one of the API.
      api: apis.get(values['apiId'] ?? '').api.name,
    });
    return {
      'GET products/{productId}/apis': (request) => {
        const { name } = this.entities.get(request.values['productId'] ?? '');
        const all = [...this.apisOf(name)].map((api) => {
          const { shared, current } = apis.get(api).api;
          return resource(base, `products/${name}/apis/${api}`, { ...shared, apiRevision: current, isCurrent: true });
        });
        return listOf(base, `products/${name}/apis`, all, request);
      },
      'HEAD products/{productId}/apis/{apiId}': (request) => {
        const { product, api } = pairOf(request);
        if (!this.apisOf(product.name).has(api)) throw notFound('API');
        return { state: 'done', status: 204 };
      },
      'PUT products/{productId}/apis/{apiId}': (request) => {
        const { product, api } = pairOf(request);
        const isLinked = this.apisOf(product.name).has(api);
        if (isOpen(product.properties)) this.checkOnlyOpen(product.name, new Set([api]));
        this.link(product.name, api, true);
        const { shared } = apis.get(api).api;
        return {
          state: 'done',
          status: isLinked ? 200 : 201,
          body: resource(base, `products/${product.name}/apis/${api}`, shared),
        };
      },
      'DELETE products/{productId}/apis/{apiId}': (request) => {
        const { product, api } = pairOf(request);
        const isLinked = this.apisOf(product.name).has(api);
        this.link(product.name, api, false);
        return { state: 'done', status: isLinked ? 200 : 204 };
      },
    };
  }

  private accept({ values, properties }: ManagementRequest, existing: Entity | undefined): Properties {
    const initial: Properties = { subscriptionRequired: true, state: 'notPublished' };
    const merged: Properties = { ...initial, ...existing?.properties, ...properties };
    if (
      isOpen(merged) &&
      (properties['approvalRequired'] === true || typeof properties['subscriptionsLimit'] === 'number')
    )
      throw fieldError('approvalRequired', 'An open product has no subscriptions to approve of, or to limit.');
    if (isOpen(merged) && existing) this.checkOnlyOpen(values['productId'] ?? '', this.apisOf(existing.name));
    return merged;
  }

  private checkOnlyOpen(product: string, apis: ReadonlySet<string>): void {
    for (const [name, { properties }] of this.entities.all) {
      const shared = [...this.apisOf(name)].find((api) => apis.has(api));
      if (name === product || !isOpen(properties) || shared === undefined) continue;
      throw new ArmError(
        400,
        'ValidationError',
        `API ${shared} is in the open product ${name} already; it can be in one.`,
      );
    }
  }
}

/** Reports whether a product's APIs need no key. */
export function isOpen(product: Properties): boolean {
  return product['subscriptionRequired'] === false;
}

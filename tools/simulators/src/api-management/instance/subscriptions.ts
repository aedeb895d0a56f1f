import { randomBytes } from 'node:crypto';
import { fieldError } from '../management/arm-error.ts';
import type { Apis } from './apis.ts';
import { Entities, type Entity } from '../management/entities.ts';
import { entityRoutes, listOf, resource } from '../management/entity-routes.ts';
import { textOf, type ManagementRequest, type Properties, type Routes } from '../management/management-request.ts';

/** Subscriptions: keys with what they open, which is a product, an API or all APIs. */
export class Subscriptions {
  readonly entities = new Entities('Subscription');
  readonly routes: Routes;
  private readonly base: string;
  private readonly apis: Apis;
  private readonly hasProduct: (name: string) => boolean;

  constructor(base: string, apis: Apis, hasProduct: (name: string) => boolean) {
    this.base = base;
    this.apis = apis;
    this.hasProduct = hasProduct;
    this.entities.put('master', {
      ...newKeys(),
      scope: `${base}/`,
      displayName: 'Built-in all-access subscription',
      state: 'active',
      allowTracing: false,
    });
    const get = ({ values }: ManagementRequest) => this.entities.get(values['sid'] ?? '');
    const regenerate = (which: 'primaryKey' | 'secondaryKey') => (request: ManagementRequest) => {
      const { name, properties } = get(request);
      this.entities.put(name, { ...properties, [which]: newKeys()[which] });
      return { state: 'done' as const, status: 204 };
    };
    this.routes = {
      ...entityRoutes({
        base,
        collection: 'subscriptions',
        parameter: 'sid',
        entities: this.entities,
        accept: ({ properties }, existing) => this.accept(properties, existing),
        show: withoutKeys,
      }),
      'POST subscriptions/{sid}/listSecrets': (request) => {
        const { etag, properties } = get(request);
        const [primaryKey, secondaryKey] = [properties['primaryKey'], properties['secondaryKey']];
        return { state: 'done', status: 200, etag, body: { primaryKey, secondaryKey } };
      },
      'POST subscriptions/{sid}/regeneratePrimaryKey': regenerate('primaryKey'),
      'POST subscriptions/{sid}/regenerateSecondaryKey': regenerate('secondaryKey'),
      'GET products/{productId}/subscriptions': (request) => {
        const product = request.values['productId'] ?? '';
        const all = [...this.entities.all.values()].filter(
          ({ properties }) => properties['scope'] === `${base}/products/${product}`,
        );
        const bodies = all.map(({ name, properties }) =>
          resource(base, `subscriptions/${name}`, withoutKeys(properties)),
        );
        return listOf(base, `products/${product}/subscriptions`, bodies, request);
      },
    };
  }

  /** The names of the subscriptions to a scope: `products/shop`. */
  to(scope: string): string[] {
    return [...this.entities.all.values()]
      .filter(({ properties }) => properties['scope'] === `${this.base}/${scope}`)
      .map(({ name }) => name);
  }

  /** Deletes the subscriptions to a scope that is gone. */
  forget(scope: string): void {
    for (const name of this.to(scope)) this.entities.delete(name);
  }

  private accept(properties: Properties, existing: Entity | undefined): Properties {
    // Without a state a subscription waits for approval, and its keys open nothing.
    const initial: Properties = { ...newKeys(), state: 'submitted', allowTracing: false };
    const merged: Properties = { ...initial, ...existing?.properties, ...properties };
    return { ...merged, scope: this.scopeOf(textOf(merged, 'scope') ?? '') };
  }

  /** Returns a scope as a full id. Here, relative ones are permitted: `/products/shop`. */
  private scopeOf(given: string): string {
    const scope = given.startsWith(this.base) ? given.slice(this.base.length) : given;
    const [, collection, name] = /^\/(apis|products)(?:\/([^/]+))?$/.exec(scope) ?? [];
    const exists =
      (collection === 'apis' && (name === undefined || this.apis.all.has(name))) ||
      (collection === 'products' && name !== undefined && this.hasProduct(name));
    if (!exists)
      throw fieldError(
        'scope',
        `Subscription scope should be one of '/apis', '/apis/{apiId}', '/products/{productId}'; ${given} does not exist.`,
      );
    return `${this.base}${scope}`;
  }
}

function newKeys(): { readonly primaryKey: string; readonly secondaryKey: string } {
  return { primaryKey: randomBytes(16).toString('hex'), secondaryKey: randomBytes(16).toString('hex') };
}

/** Keys are shown by `listSecrets` alone. */
function withoutKeys({ primaryKey: _, secondaryKey: __, ...rest }: Properties): Properties {
  return rest;
}

import { Apis } from './apis.ts';
import { apiPolicyRoutes } from './api-policies.ts';
import { Backends } from './backends.ts';
import type { Reference } from '../management/entity-routes.ts';
import type { GatewayConfig } from '../data-path/gateway-config.ts';
import { textOf, type Properties, type Routes } from '../management/management-request.ts';
import { NamedValues } from './named-values.ts';
import { operationRoutes } from './operations.ts';
import { checkPolicy, type PolicyContext } from './policy-document.ts';
import { PolicyFragments } from './policy-fragments.ts';
import { policyRoutes, type Policy } from './policies.ts';
import { Products } from './products.ts';
import { Releases } from './releases.ts';
import { Subscriptions } from './subscriptions.ts';
import { VersionSets } from './version-sets.ts';

/** What an instance of API Management holds, and the routes to all of it. */
export class Instance {
  readonly routes: Routes;
  readonly apis: Apis;
  /** Azure's own state of the instance; while it is not `Succeeded`, nothing can be written. */
  provisioningState: 'Succeeded' | 'Updating' = 'Succeeded';
  private readonly base: string;
  private readonly versionSets: VersionSets;
  private readonly namedValues: NamedValues;
  private readonly fragments: PolicyFragments;
  private readonly backends: Backends;
  private readonly products: Products;
  private readonly subscriptions: Subscriptions;
  private policy: Policy | undefined;

  constructor(base: string, gatewayUrl: () => string) {
    this.base = base;
    const references = () => this.references;
    const context: PolicyContext = {
      hasNamedValue: (displayName) => this.namedValues.has(displayName),
      hasFragment: (id) => this.fragments.entities.find(id) !== undefined,
      hasBackend: (id) => this.backends.entities.find(id) !== undefined,
    };
    const check = (properties: Properties) => checkPolicy(properties, 'policies', context);
    this.namedValues = new NamedValues(base, references);
    this.fragments = new PolicyFragments(base, references, (properties) =>
      checkPolicy(properties, 'fragment', context),
    );
    this.backends = new Backends(base, references);
    this.versionSets = new VersionSets(base, (set) => this.membersOf(set));
    this.apis = new Apis(base, this.versionSets, (api) => {
      releases.forget(api);
      this.products.forget(api);
      this.subscriptions.forget(`apis/${api}`);
    });
    const releases = new Releases(base, this.apis);
    this.subscriptions = new Subscriptions(
      base,
      this.apis,
      (product) => this.products.entities.find(product) !== undefined,
    );
    this.products = new Products({
      base,
      apis: this.apis,
      checkPolicy: check,
      subscriptionsOf: (product) => this.subscriptions.to(`products/${product}`),
      unsubscribe: (product) => this.subscriptions.forget(`products/${product}`),
    });
    this.routes = {
      'GET ': () => ({ state: 'done', status: 200, etag: '"AAAAAAAAAAE="', body: this.describe(gatewayUrl()) }),
      ...this.versionSets.routes,
      ...this.namedValues.routes,
      ...this.fragments.routes,
      ...this.backends.routes,
      ...this.apis.routes,
      ...releases.routes,
      ...operationRoutes(base, this.apis),
      ...apiPolicyRoutes(base, this.apis, check),
      ...this.products.routes,
      ...this.subscriptions.routes,
      ...policyRoutes({
        base,
        template: '',
        pathOf: () => '',
        find: () => this.policy,
        store: (_, policy) => {
          this.policy = policy;
        },
        check,
      }),
    };
  }

  /** What gateways are to know. */
  get config(): GatewayConfig {
    return {
      base: this.base,
      apis: this.apis.all,
      versionSets: this.versionSets.entities.all,
      products: this.products.entities.all,
      links: this.products.links,
      subscriptions: this.subscriptions.entities.all,
      policy: this.policy,
      productPolicies: this.products.policies,
    };
  }

  private get references(): readonly Reference[] {
    const own = this.policy ? [{ from: 'policies/policy', text: textOf(this.policy.properties, 'value') ?? '' }] : [];
    return [...own, ...this.apis.references, ...this.products.references, ...this.fragments.references];
  }

  private membersOf(set: string): string[] {
    const id = `${this.base}/apiVersionSets/${set}`;
    return [...this.apis.all.values()].filter(({ shared }) => shared['apiVersionSetId'] === id).map(({ name }) => name);
  }

  private describe(gatewayUrl: string): unknown {
    return {
      id: this.base,
      name: this.base.split('/').at(-1),
      type: 'Microsoft.ApiManagement/service',
      location: 'West Europe',
      sku: { name: 'Developer', capacity: 1 },
      etag: 'AAAAAAAAAAE=',
      properties: {
        publisherEmail: 'ada@example.org',
        publisherName: 'Shop',
        provisioningState: this.provisioningState,
        gatewayUrl,
      },
    };
  }
}

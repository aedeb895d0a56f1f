import type { Api } from '../instance/apis.ts';
import type { Entity } from '../management/entities.ts';
import type { Policy } from '../instance/policies.ts';

/** What a gateway knows of the instance. Immutable. */
export interface GatewayConfig {
  /** The instance's id. */
  readonly base: string;
  readonly apis: ReadonlyMap<string, Api>;
  readonly versionSets: ReadonlyMap<string, Entity>;
  readonly products: ReadonlyMap<string, Entity>;
  /** Names of APIs by product. */
  readonly links: ReadonlyMap<string, ReadonlySet<string>>;
  readonly subscriptions: ReadonlyMap<string, Entity>;
  readonly policy: Policy | undefined;
  readonly productPolicies: ReadonlyMap<string, Policy>;
}

/** What gateways knew when: a change reaches each of them only after a while. */
export class ConfigHistory {
  private states: { readonly since: number; readonly config: GatewayConfig }[];

  constructor(config: GatewayConfig) {
    this.states = [{ since: Number.NEGATIVE_INFINITY, config }];
  }

  record(since: number, config: GatewayConfig): void {
    this.states.push({ since, config });
  }

  /** Returns the configuration of a time. @param horizon nobody asks for what was before. */
  at(time: number, horizon: number): GatewayConfig {
    const isKnown = (index: number) => (this.states[index]?.since ?? Number.POSITIVE_INFINITY) <= horizon;
    while (isKnown(1)) this.states.shift();
    return this.states.findLast(({ since }) => since <= time)?.config ?? this.states[0]!.config;
  }
}

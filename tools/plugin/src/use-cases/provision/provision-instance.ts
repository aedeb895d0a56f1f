import type { ApiManagement, Environment } from '../../model/environment/environment.ts';
import { describeEntity, differingFields, entityKey, kindWords } from '../../model/facade/instance/instance-entity.ts';
import { InstancePlace } from '../../model/facade/instance/place.ts';
import {
  planInstance,
  type InstanceChange,
  type InstancePlan,
  type InstanceState,
} from '../../model/facade/instance/plan-instance.ts';
import type { InstanceConfiguration } from '../../model/facade/instance/read-instance-files.ts';
import { refuseUnprovisionable } from '../../model/facade/instance/refuse-instance.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { fieldChanges } from '../../model/observe/field-changes.ts';
import type { ProvisionedFacade, ProvisioningRecord } from '../../model/provision/provisioning-record.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import type { ConfigurationChange } from '../../ports/cluster-configuration.ts';
import type { FacadeInstance } from '../../ports/facade-instance.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Reporter } from '../../ports/reporter.ts';

/** An environment's part of an instance of API Management, as it is to be. */
export interface InstanceRequest {
  readonly environment: Environment;
  /** Undefined where no file speaks of it: then what was provisioned before goes. */
  readonly configuration: InstanceConfiguration | undefined;
  /** Undefined for what has no version yet. */
  readonly version: BuildNumber | undefined;
  /** Of the environment, newest first. */
  readonly records: readonly ProvisioningRecord[];
}

/** Foreign things that are named. */
const mostNamed = 10;
const nothing: InstanceConfiguration = { entities: [], needs: [] };

/** A plan for an instance of API Management. */
export class PlannedFacade {
  private readonly facade: FacadeInstance;
  private readonly place: InstancePlace;
  private readonly configuration: InstanceConfiguration;
  private readonly state: InstanceState;
  private readonly plan: InstancePlan;

  private constructor(
    facade: FacadeInstance,
    of: {
      readonly place: InstancePlace;
      readonly configuration: InstanceConfiguration;
      readonly state: InstanceState;
      readonly version: BuildNumber | undefined;
    },
  ) {
    this.facade = facade;
    this.place = of.place;
    this.configuration = of.configuration;
    this.state = of.state;
    this.plan = planInstance(of.configuration, of.state, { place: of.place, version: of.version });
  }

  /**
   * Plans without writing anything.
   * @returns undefined where there is nothing to look at.
   * @throws {Refusal} for whatever can be known beforehand.
   */
  static async plan(
    request: InstanceRequest,
    ports: Pick<ReleasePorts, 'facadeInstance'>,
  ): Promise<PlannedFacade | undefined> {
    const { environment, configuration = nothing, version } = request;
    const { facade } = environment;
    const isEmpty = configuration.entities.length === 0 && !hadEntities(request.records, facade);
    if (!facade || isEmpty) return undefined;
    const instance = await ports.facadeInstance(facade);
    const place = new InstancePlace(facade.pathPrefix, environment);
    const state = await instance.read(place);
    const planned = new PlannedFacade(instance, { place, configuration, state, version });
    await planned.refuse();
    return planned;
  }

  /** The same with the version that was taken for it in the meantime. */
  withVersion(version: BuildNumber): PlannedFacade {
    const { facade, place, configuration, state } = this;
    return new PlannedFacade(facade, { place, configuration, state, version });
  }

  /** True when nothing is to be written. */
  get isDone(): boolean {
    return this.plan.steps.length === 0;
  }

  get changes(): ConfigurationChange[] {
    return this.plan.changes.map(changeOf);
  }

  /** The part of it that is kept in the record. */
  get provisioned(): ProvisionedFacade {
    return { instance: this.facade.instance, entities: this.configuration.entities.map(entityKey).sort() };
  }

  /** A line that tells what is left as it is, because nobody here made it; none where there is nothing. */
  get leftLine(): string | undefined {
    const { foreign } = this.plan;
    if (foreign.length === 0) return undefined;
    const named = foreign.slice(0, mostNamed).map((entity) => describeEntity(entity));
    const more = foreign.length - named.length;
    return `${this.facade.instance} keeps what was made by hand: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }

  /** Carries the plan out. @throws {Failure} naming what was not done; the same command continues. */
  async carryOut(reporter: Reporter, signal: AbortSignal): Promise<void> {
    for (const step of this.plan.steps) {
      signal.throwIfAborted();
      const stays = await this.facade.carryOut(step, { onWait: (line) => reporter.step(line), signal });
      if (stays !== undefined && step.kind === 'delete')
        reporter.warn(`the ${describeEntity(step.entity)} stays at ${this.facade.instance}: ${stays}`);
    }
  }

  private async refuse(): Promise<void> {
    const { facade, place, configuration, state, plan } = this;
    const products = plan.changes.filter(({ action, entity }) => action === 'deleted' && entity.kind === 'product');
    const asked = products.map(async ({ entity }) => [entity.name, await facade.usersOf(entity.id)] as const);
    const users = new Map(await Promise.all(asked));
    refuseUnprovisionable({ configuration, state, plan, place, users, instance: facade.instance });
  }
}

/** Returns a line on an instance that the environment had before, and has no more; none where there is none. */
export function abandonedInstance(
  records: readonly ProvisioningRecord[],
  facade: ApiManagement | undefined,
): string | undefined {
  const before = records.find((each) => each.facade)?.facade;
  if (!before || before.entities.length === 0 || before.instance === facade?.name) return undefined;
  return `what was provisioned at ${before.instance} stays there, because the environment has ${facade ? facade.name : 'no facade'} now`;
}

/** Reports whether something may remain of the newest provisioning that succeeded, or of attempts since. */
function hadEntities(records: readonly ProvisioningRecord[], facade: ApiManagement | undefined): boolean {
  const good = records.findIndex(({ outcome }) => outcome === 'succeeded');
  const since = good === -1 ? records : records.slice(0, good + 1);
  return since.some((each) => (each.facade?.entities.length ?? 0) > 0 && each.facade?.instance === facade?.name);
}

/** A change as those of the cluster's objects are shown. */
function changeOf({ entity, held, action, owners, takenFrom, heldBy }: InstanceChange): ConfigurationChange {
  const { kind, name } = entity;
  const shown = { apiVersion: 'Microsoft.ApiManagement', kind: kindWords[kind], name };
  const differing = held && action === 'configured' ? differingFields(entity, held) : [];
  const fields = differing.length === 0 || heldBy ? [] : fieldChanges(objectOf(held!), objectOf(entity));
  // By an environment more, or one fewer, that shares the instance.
  const isShared = held && action === 'configured' && held.owners.join() !== owners.join() && held.owners.length > 0;
  const shared = isShared ? [{ path: 'provisionedBy', from: held.owners.join(', '), to: owners.join(', ') }] : [];
  const from = takenFrom === 'made by hand' ? 'what was made by hand' : takenFrom?.join(', ');
  return {
    ...{ ...shown, action },
    ...(fields.length + shared.length > 0
      ? { fields: [...fields.filter(({ path }) => differing.includes(path)), ...shared] }
      : {}),
    ...(from === undefined ? {} : { takenOver: [`it from ${from}`] }),
    ...(heldBy ? { heldBy: { namespace: heldBy.environment.split(' in ').at(-1)!, version: heldBy.version } } : {}),
  };
}

function objectOf({ content, name }: InstanceChange['entity']): KubernetesObject {
  return { ...content, apiVersion: '', kind: '', metadata: { name } } as unknown as KubernetesObject;
}

import { Refusal } from '../../errors/product-error.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { entityKey, kindWords, type InstanceEntity } from './instance-entity.ts';
import type { InstancePlan, InstanceState } from './plan-instance.ts';
import type { InstancePlace } from './place.ts';
import { instanceFolder, type InstanceConfiguration } from './read-instance-files.ts';

/** A plan with what it was made of. */
export interface PlannedInstance {
  readonly configuration: InstanceConfiguration;
  readonly state: InstanceState;
  readonly plan: InstancePlan;
  readonly place: InstancePlace;
  /** The name of the instance. */
  readonly instance: string;
  /** Users of the products that are to be deleted, by the products' ids. */
  readonly users: ReadonlyMap<string, readonly string[]>;
}

/** Refuses what the instance would take in part only, or from somebody else. @throws {Refusal} naming all of it. */
export function refuseUnprovisionable(planned: PlannedInstance): void {
  const { instance, place } = planned;
  const mistakes = [
    ...takenPlace(planned),
    ...takenPath(planned),
    ...takenIds(planned),
    ...missingNeeds(planned),
    ...usedProducts(planned),
  ];
  if (mistakes.length === 0) return;
  throw new Refusal({
    type: 'facade-not-provisionable',
    doing: `provision ${instance} for ${place.environment}`,
    reason: mistakes.length === 1 ? mistakes[0]! : `There are ${mistakes.length} reasons against it.`,
    remedy: 'Correct what is named, then run the same command again: nothing was changed.',
    ...(mistakes.length === 1 ? {} : { evidence: mistakes }),
  });
}

function takenPlace({ state, place }: PlannedInstance): string[] {
  const mark = state.marks.find(({ tag }) => tag === place.tag);
  if (!mark || mark.environment === place.environment) return [];
  const which = place.pathPrefix === '' ? 'The instance' : `The pathPrefix ${place.pathPrefix}`;
  return [
    `${which} is provisioned for the environment ${mark.environment} already. Give this one a pathPrefix of its own, or, where that environment is gone, delete the named value ${mark.tag}.`,
  ];
}

function takenPath({ configuration, state, place }: PlannedInstance): string[] {
  const fallback = configuration.entities.find(({ kind }) => kind === 'fallback');
  if (!fallback) return [];
  const file = `${instanceFolder}/fallback.yaml:1`;
  const held = state.entities.find((each) => entityKey(each) === entityKey(fallback));
  if (held && held.owners.length === 0)
    return [`${file}: there is an API ${held.id} that was made by hand. Delete it, or leave this file out.`];
  const owner = state.apis.find(({ path }) => path.toLowerCase() === place.pathPrefix);
  if (!owner) return [];
  const path = place.pathPrefix === '' ? 'the empty path' : `the path ${place.pathPrefix}`;
  return [`${file}: ${path} belongs to the API ${owner.api}. Delete that, move it, or leave this file out.`];
}

/** A named value is found by its name; its id may be another one's. */
function takenIds({ configuration, state }: PlannedInstance): string[] {
  const values = ({ kind }: InstanceEntity) => kind === 'named-value';
  const held = state.entities.filter(values);
  return configuration.entities.filter(values).flatMap(({ id, name }) => {
    if (held.some((each) => each.name === name)) return [];
    const other = held.find((each) => each.id.toLowerCase() === id.toLowerCase());
    if (!other) return [];
    return [
      `${instanceFolder}/named-values.yaml: "${name}" would have the id of "${other.name}", which is there. Choose a name that differs in more than dots and capitals.`,
    ];
  });
}

function missingNeeds({ configuration, state, plan }: PlannedInstance): string[] {
  const going = new Set(
    plan.changes.filter(({ action }) => action === 'deleted').map(({ entity }) => entityKey(entity)),
  );
  const there = [...configuration.entities, ...state.entities.filter((each) => !going.has(entityKey(each)))];
  return configuration.needs.flatMap(({ kind, name, at }) => {
    const known = there.filter((each) => each.kind === kind).map((each) => each.name);
    if (known.includes(name)) return [];
    return [`${at}: There is no ${kindWords[kind]} "${name}". ${didYouMean(name, known)}`.trimEnd()];
  });
}

function usedProducts({ users }: PlannedInstance): string[] {
  return [...users].flatMap(([product, names]) => {
    if (names.length === 0) return [];
    return [
      `The product ${product} is no longer in ${instanceFolder}/products.yaml, but is used by ${names.join(', ')}. Take it out of \`apiProducts\` there, and its subscriptions away, first.`,
    ];
  });
}

import type { BuildNumber } from '../../release/build-number.ts';
import { differingFields, entityKey, entityKinds, type HeldEntity, type InstanceEntity } from './instance-entity.ts';
import { placeMark, type InstancePlace, type PlaceMark } from './place.ts';
import type { InstanceConfiguration } from './read-instance-files.ts';

/** The content of an instance, as far as provisioning is concerned. */
export interface InstanceState {
  /** Of all kinds, whoever made them. */
  readonly entities: readonly HeldEntity[];
  /** The versions of places. */
  readonly marks: readonly PlaceMark[];
  /** All APIs but the place's fallback. */
  readonly apis: readonly { readonly api: string; readonly path: string }[];
}

/** One write, or a few that belong together; it may be repeated. */
export type InstanceStep =
  | {
      readonly kind: 'put';
      readonly entity: InstanceEntity;
      readonly owners: readonly string[];
      readonly isThere: boolean;
    }
  | { readonly kind: 'delete'; readonly entity: InstanceEntity }
  | { readonly kind: 'mark'; readonly tag: string; readonly value: string }
  | { readonly kind: 'unmark'; readonly tag: string };

/** One change, done or predicted. */
export interface InstanceChange {
  readonly entity: InstanceEntity;
  readonly action: 'created' | 'configured' | 'unchanged' | 'deleted';
  /** The same as it is now; undefined where nothing is. */
  readonly held: HeldEntity | undefined;
  /** The places whose environments provisioned it, afterwards. */
  readonly owners: readonly string[];
  /** Those who have it otherwise, because their version is older: environments. */
  readonly takenFrom?: readonly string[] | 'made by hand';
  /** The place whose newer version has the say: then it stays as it is. */
  readonly heldBy?: PlaceMark;
}

export interface InstancePlan {
  /** In order. */
  readonly steps: readonly InstanceStep[];
  readonly changes: readonly InstanceChange[];
  /** All that nobody here provisioned, and no file speaks of. */
  readonly foreign: readonly HeldEntity[];
}

/** Where and with what an instance is provisioned. */
export interface InstanceTarget {
  readonly place: InstancePlace;
  /** Undefined for what has no version yet: no other place's is newer. */
  readonly version: BuildNumber | undefined;
}

/**
 * Plans what an instance lacks of what an environment's part of it is to be. Puts come in the order of kinds, deletions
 * after them in the reverse order, so that nothing is needed that is not there.
 */
export function planInstance(
  { entities: wanted }: InstanceConfiguration,
  state: InstanceState,
  target: InstanceTarget,
): InstancePlan {
  const held = new Map(state.entities.map((each) => [entityKey(each), each]));
  const planning = new Planning(state, target);
  const ordered = inOrder(wanted);
  const decided = ordered.map((entity) => planning.decide(entity, held.get(entityKey(entity))));
  const wantedKeys = new Set(wanted.map(entityKey));
  const rest = inOrder(state.entities.filter((each) => !wantedKeys.has(entityKey(each)))).reverse();
  const released = rest.filter(({ owners }) => owners.includes(target.place.tag)).map((each) => planning.release(each));
  const steps = [...decided, ...released].flatMap(({ step }) => (step ? [step] : []));
  return {
    steps: withMark(steps, wanted.length > 0, state, target),
    changes: [...decided, ...released].map(({ change }) => change),
    foreign: rest.filter(({ owners, kind }) => owners.length === 0 && kind !== 'policy').reverse(),
  };
}

interface Decision {
  readonly change: InstanceChange;
  readonly step?: InstanceStep;
}

class Planning {
  private readonly state: InstanceState;
  private readonly target: InstanceTarget;

  constructor(state: InstanceState, target: InstanceTarget) {
    this.state = state;
    this.target = target;
  }

  decide(entity: InstanceEntity, held: HeldEntity | undefined): Decision {
    const { tag } = this.target.place;
    if (!held) return { change: { entity, action: 'created', held, owners: [tag] }, step: put(entity, [tag], false) };
    const found = { ...entity, id: held.id };
    const others = held.owners.filter((each) => each !== tag);
    // What was made by hand stays nobody's: it is not deleted later. A policy there always is.
    const isOurs = held.owners.length > 0 || entity.kind === 'policy';
    const owners = isOurs ? [...others, tag].sort() : [];
    const differs = differingFields(entity, held).length > 0;
    const newer = differs ? this.newerAmong(others) : undefined;
    if (!differs || newer) {
      const isJoined = held.owners.includes(tag) || held.owners.length === 0;
      const change: InstanceChange = {
        ...{ entity: found, held, action: isJoined ? 'unchanged' : 'configured' },
        owners: isJoined ? held.owners : owners,
        ...(newer ? { heldBy: newer } : {}),
      };
      return isJoined ? { change } : { change, step: put({ ...found, content: held.content }, owners, true) };
    }
    const takenFrom = held.owners.length === 0 ? ('made by hand' as const) : this.olderAmong(others);
    const change: InstanceChange = {
      ...{ entity: found, held, action: 'configured', owners },
      ...(takenFrom.length > 0 ? { takenFrom } : {}),
    };
    return { change, step: put(found, owners, true) };
  }

  /** Returns the decision on what the files no longer have: another place keeps what it has provisioned, too. */
  release(held: HeldEntity): Decision {
    const others = held.owners.filter((each) => each !== this.target.place.tag);
    if (others.length === 0)
      return { change: { entity: held, held, action: 'deleted', owners: [] }, step: { kind: 'delete', entity: held } };
    return { change: { entity: held, held, action: 'configured', owners: others }, step: put(held, others, true) };
  }

  private newerAmong(tags: readonly string[]): PlaceMark | undefined {
    const { version } = this.target;
    return version && this.marksOf(tags).find((mark) => mark.version.isNewerThan(version));
  }

  /** The environments that had another version when they wrote it; those of the same one want the same. */
  private olderAmong(tags: readonly string[]): string[] {
    const { version } = this.target;
    const older = this.marksOf(tags).filter((mark) => !version?.equals(mark.version));
    return older.map(({ environment }) => environment);
  }

  private marksOf(tags: readonly string[]): PlaceMark[] {
    return this.state.marks.filter(({ tag }) => tags.includes(tag));
  }
}

function put({ kind, id, name, content }: InstanceEntity, owners: readonly string[], isThere: boolean): InstanceStep {
  return { kind: 'put', entity: { kind, id, name, content }, owners, isThere };
}

/** Others trust the mark: it never claims more than is there. So it is set last, and going back first. */
function withMark(
  steps: readonly InstanceStep[],
  isWanted: boolean,
  { marks }: InstanceState,
  { place, version }: InstanceTarget,
): InstanceStep[] {
  const { tag, environment } = place;
  const mark = marks.find((each) => each.tag === tag);
  if (!isWanted) return mark ? [...steps, { kind: 'unmark', tag }] : [...steps];
  if (!version || mark?.version.equals(version)) return [...steps];
  const marking: InstanceStep = { kind: 'mark', tag, value: placeMark({ version, environment }) };
  return mark?.version.isNewerThan(version) ? [marking, ...steps] : [...steps, marking];
}

function inOrder<Entity extends InstanceEntity>(entities: readonly Entity[]): Entity[] {
  const rank = ({ kind }: InstanceEntity) => entityKinds.indexOf(kind);
  return [...entities].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

import { Refusal } from '../../errors/product-error.ts';
import { BuildNumber } from '../../release/build-number.ts';
import { ApiPath } from '../api-path.ts';
import { ApiRevision } from '../identifiers.ts';
import { RevisionMark } from '../revision-mark.ts';
import type { DoorApi, DoorRevision } from './door.ts';
import type { ApiSettings, Publication } from './publication.ts';
import type { PublishPlan, PublishStep } from './publish-step.ts';

/** Finished revisions that are kept besides the current one and those that records name. */
export const revisionsKept = 5;

/** The state of the door, and what must stay there. */
export interface PlanSituation {
  /** Undefined where there is no such API yet. */
  readonly door: DoorApi | undefined;
  /** True when the set of versions is there that the publication names. */
  readonly hasVersionSet: boolean;
  /** Revisions that retained records of the environment name. */
  readonly recorded: readonly ApiRevision[];
}

/**
 * Plans what is to be written at the door so that it has an API as a release wants it; for going back, too: then the
 * publication is that of the record. A plan that was carried out in part is continued by planning again.
 * @throws {Refusal} when the release's revision is there, and is not what it should be.
 */
export function planPublication(wanted: Publication, situation: PlanSituation): PublishPlan {
  const { door } = situation;
  const own = ApiRevision.of(wanted.build);
  if (!door) return { ...firstPublication(wanted, situation), revision: own };
  const target = findContent(wanted, door);
  const revision = target?.revision ?? own;
  const stage = target ? pointTo(wanted, target, door) : stageRevision(wanted, door);
  const isThere = revision.equals(door.current);
  // With a revision comes the address that it was staged with.
  const has = isThere ? door.settings : { ...door.settings, serviceUrl: wanted.settings.serviceUrl };
  const open = [
    ...(isThere ? [] : [{ kind: 'switch', revision } as const]),
    ...openApi(wanted, { ...door, settings: has }),
  ];
  // Who has a key of a product may call what no client finds yet: so it can be checked before it is opened.
  const links = isOpen(wanted, door) ? [] : linkProducts(wanted, door);
  const plan = { stage: [...createSet(wanted, situation), ...stage, ...links], open, revision };
  return { ...plan, prune: pruneRevisions(revision, door, situation.recorded) };
}

/** Returns all steps of a plan in their order. */
export function stepsOf({ stage, open, prune }: PublishPlan): PublishStep[] {
  return [...stage, ...open, ...prune];
}

function firstPublication(wanted: Publication, situation: PlanSituation): Omit<PublishPlan, 'revision'> {
  const { api, build, commit, digest, settings, products = [] } = wanted;
  const { versions: _, ...own } = settings;
  // Whatever answered at its path so far does so until the API is opened there.
  const hidden = { ...own, path: ApiPath.staged(api), needsKey: true };
  const written = { revision: ApiRevision.of(build), isCurrent: true };
  return {
    stage: [
      ...createSet(wanted, situation),
      {
        ...{ kind: 'create-api', revision: written.revision, settings: hidden },
        mark: new RevisionMark(build, commit),
      },
      { kind: 'put-policies', ...written },
      { kind: 'seal', ...written, mark: new RevisionMark(build, commit, digest) },
      ...products.map((product) => ({ kind: 'link', product }) as const),
    ],
    open: settle(settings, hidden),
    prune: [],
  };
}

function createSet({ settings }: Publication, { hasVersionSet }: PlanSituation): PublishStep[] {
  const { versions, displayName } = settings;
  return versions && !hasVersionSet ? [{ kind: 'create-version-set', set: versions.set, displayName }] : [];
}

/** Returns the revision that has what is wanted: the current one rather than others, a new one rather than an old one. */
function findContent(
  { digest, build, commit }: Publication,
  { current, revisions }: DoorApi,
): DoorRevision | undefined {
  const finished = revisions.filter(({ mark }) => mark?.digest !== undefined);
  const same = finished.filter(({ mark }) => mark!.digest === digest);
  const isCurrent = ({ revision }: DoorRevision) => revision.equals(current);
  // What is current is never written to: what an older release of this tool made of the same commit stays.
  const own = finished.find((each) => isCurrent(each) && each.mark!.isOf(build, commit));
  return same.find(isCurrent) ?? own ?? same.sort(byBuild).at(-1);
}

function byBuild(a: DoorRevision, b: DoorRevision): number {
  return BuildNumber.compare(a.mark!.build, b.mark!.build);
}

/** So that at no moment requests go where they went when the revision was made. */
function pointTo({ settings: { serviceUrl } }: Publication, target: DoorRevision, { current }: DoorApi): PublishStep[] {
  if (target.revision.equals(current) || target.serviceUrl === serviceUrl) return [];
  return [{ kind: 'point', revision: target.revision, serviceUrl }];
}

function stageRevision(wanted: Publication, door: DoorApi): PublishStep[] {
  const { build, commit, digest, settings } = wanted;
  const { current } = door;
  const revision = ApiRevision.of(build);
  const found = door.revisions.find((each) => each.revision.equals(revision));
  const isCurrent = revision.equals(current);
  if (found) refuseForeign(wanted, found, isCurrent && isOpen(wanted, door));
  const written = { revision, isCurrent };
  const mark = new RevisionMark(build, commit);
  // An import may change nothing that belongs to the API, except where requests go.
  const kept: ApiSettings = { ...door.settings, serviceUrl: settings.serviceUrl };
  const create = { kind: 'create-revision', revision, source: current, mark, serviceUrl: settings.serviceUrl } as const;
  return [
    ...(found ? [] : [create]),
    { kind: 'import', ...written, mark, settings: kept },
    { kind: 'put-policies', ...written },
    { kind: 'seal', ...written, mark: new RevisionMark(build, commit, digest) },
  ];
}

/** Reports whether clients can find an API. */
function isOpen({ api }: Publication, { settings }: DoorApi): boolean {
  return settings.path.toString() !== ApiPath.staged(api).toString();
}

function refuseForeign({ api, build, commit }: Publication, { revision, mark }: DoorRevision, isSeen: boolean): void {
  const isOurs = mark?.isOf(build, commit) ?? false;
  if (isOurs && !isSeen) return;
  const reason = isOurs
    ? 'It is current, and was never finished.'
    : mark
      ? `It is of commit ${mark.commit}.`
      : 'This tool did not make it.';
  throw new Refusal({
    type: 'revision-taken',
    doing: `publish ${api.at(revision)}`,
    reason: `There is a revision ${revision.toString()}. ${reason}`,
    remedy: 'Release again to get a new number.',
  });
}

function openApi(wanted: Publication, door: DoorApi): PublishStep[] {
  const settled = settle(wanted.settings, door.settings);
  const { products = door.products } = wanted;
  const removed = door.products.filter((product) => !products.some((each) => each.equals(product)));
  // Who has a key of a product is let in as soon as the API can be found.
  const links = isOpen(wanted, door) ? linkProducts(wanted, door) : [];
  return [...settled, ...links, ...removed.map((product) => ({ kind: 'unlink', product }) as const)];
}

function linkProducts({ products = [] }: Publication, door: DoorApi): PublishStep[] {
  const added = products.filter((product) => !door.products.some((each) => each.equals(product)));
  return added.map((product) => ({ kind: 'link', product }));
}

/** Returns the change of settings that differ, or none. A set of versions is never left: who calls a version stays. */
function settle(wanted: ApiSettings, has: ApiSettings): PublishStep[] {
  const text = (value: ApiSettings[keyof ApiSettings]) =>
    typeof value === 'object' && 'set' in value ? `${value.set} ${value.version ?? ''}` : String(value);
  const keys = Object.keys(wanted) as (keyof ApiSettings)[];
  const differing = keys.filter((key) => text(wanted[key]) !== text(has[key]));
  if (differing.length === 0) return [];
  return [{ kind: 'settle', settings: Object.fromEntries(differing.map((key) => [key, wanted[key]])) }];
}

function pruneRevisions(target: ApiRevision, { revisions }: DoorApi, recorded: readonly ApiRevision[]): PublishStep[] {
  // What others made is theirs.
  const ours = revisions.filter(({ mark, revision }) => mark && !revision.equals(target));
  const newest = ours
    .filter(({ mark }) => mark!.digest !== undefined)
    .sort(byBuild)
    .slice(-revisionsKept);
  const isKept = (each: DoorRevision) =>
    newest.includes(each) || recorded.some((revision) => each.revision.equals(revision));
  return ours.filter((each) => !isKept(each)).map(({ revision }) => ({ kind: 'prune', revision }));
}

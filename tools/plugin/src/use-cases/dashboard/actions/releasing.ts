import { shortCommit } from '../../../model/commits/commit.ts';
import { automaticEnvironments, type Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { canonicalText } from '../../../model/plan/canonical-text.ts';
import { PlanId } from '../../../model/plan/plan-id.ts';
import { requireNoFreeze } from '../../deploy/requirements/require-no-freeze.ts';
import { release, type ReleasePreview, type ReleaseRequest, type ReleaseResult } from '../../release/release.ts';
import type { ActionContext, CarryingOut, PreparedService, ShownWork } from './action-context.ts';
import {
  compare,
  migrationsOf,
  plannedService,
  planningLines,
  refusedService,
  type PlanningLines,
} from './planned-service.ts';
import { planChanged } from './shown-work.ts';

/** A release that is to be planned for a service. */
export interface ReleasingWish {
  readonly service: string;
  /** The environment, or all automatic ones. */
  readonly to: Environment | undefined;
}

/** Plans to release what is checked out, by the dry run of `release`. Changes nothing. A refusal is part of what is shown. */
export async function prepareReleasing(wish: ReleasingWish, context: ActionContext): Promise<PreparedService> {
  const { service, to } = wish;
  const { words, ports } = context;
  const lines = planningLines();
  const command = words.typed(`nx run ${service}:release${to === undefined ? '' : ` --env=${to.name}`}`);
  try {
    const request = await requestOf(wish, context);
    for (const environment of request.targets)
      requireNoFreeze({ doing: `deploy ${service} to ${environment.name}`, environment }, ports);
    const found = await preview(request, context, lines);
    if (found.state === 'overtaken')
      return {
        planned: plannedService({ ...seen(wish, command, lines), sentence: found.sentence }),
        shown: [],
        carryOut: undefined,
      };
    const { commit, result, shown } = found;
    if (!result.release) requireBuildable(wish, request.targets);
    const previews = result.previews ?? [];
    const waiting = result.release ? previews.filter(isNeeded) : previews;
    if (result.release && waiting.length === 0) {
      const where = request.targets.map(({ name }) => name).join(', ');
      const sentence = `${service} ${result.release.buildNumber}: nothing to do (already running in ${where})`;
      return { planned: plannedService({ ...seen(wish, command, lines), sentence }), shown: [], carryOut: undefined };
    }
    const planned = await describe({ wish, request, result, waiting, commit, command, lines }, context);
    return { planned, shown, carryOut: (how) => carryOut({ wish, shown, commit }, how, context) };
  } catch (error) {
    return refusedService(error, service, command, lines);
  }
}

type Preview =
  | { readonly state: 'overtaken'; readonly sentence: string }
  | {
      readonly state: 'planned';
      readonly commit: string;
      readonly result: ReleaseResult;
      readonly shown: readonly ShownWork[];
    };

async function preview(request: ReleaseRequest, context: ActionContext, lines: PlanningLines): Promise<Preview> {
  const { ports, words } = context;
  const marks = new Map<string, ShownWork['after']>();
  // Before it is planned: what comes meanwhile makes the plan an old one.
  for (const environment of request.targets)
    marks.set(environment.name, (await (await ports.cluster(environment)).newest(request.service.name))[0]);
  const commit = await ports.repository.headCommit();
  const result = await release({ ...request, dryRun: true, wantsPlan: true }, ports, lines.reporter);
  if (result.deploys.length > 0) {
    const sentences = result.deploys.map(({ result: each }, index) =>
      words.deployed(request.service.name, undefined, request.targets[index]!, each),
    );
    return { state: 'overtaken', sentence: sentences.join('; ') };
  }
  const shown = (result.previews ?? []).map(({ environment, plan, changes }) => ({
    environment,
    after: marks.get(environment),
    fingerprint: plan ? plan.id.toString() : canonicalText(changes),
  }));
  return { state: 'planned', commit, result, shown };
}

interface Found {
  readonly wish: ReleasingWish;
  readonly request: ReleaseRequest;
  readonly result: ReleaseResult;
  /** The changes in environments. */
  readonly waiting: readonly ReleasePreview[];
  readonly commit: string;
  readonly command: string;
  readonly lines: PlanningLines;
}

async function describe({ wish, request, result, waiting, commit, command, lines }: Found, context: ActionContext) {
  const { service } = wish;
  const { words } = context;
  const names = waiting.map(({ environment }) => environment).join(', ');
  const build = result.release && `${result.release.buildNumber}`;
  const what = result.release ? `Put ${service} ${build}` : `Release ${service} of commit ${shortCommit(commit)}`;
  const [first] = waiting.map(({ plan }) => plan?.work.replaces);
  const replaces = waiting.length === 1 && first !== undefined ? `, in place of ${first}` : '';
  const last = request.targets.findLast(({ name }) => waiting.some(({ environment }) => environment === name));
  const point = result.release
    ? ({ kind: 'build', buildNumber: result.release.buildNumber, name: `${build}` } as const)
    : ({ kind: 'head', name: shortCommit(commit) } as const);
  const compared = last && (await compare(request.service, last, point, context));
  return plannedService({
    ...seen(wish, command, lines),
    ...compared,
    ...{ state: 'ready', build, commit, replaces: first },
    sentence:
      names === '' ? `${what}, to no environment` : `${what}${result.release ? ' into' : ' to'} ${names}${replaces}`,
    migrations: [...new Set(waiting.flatMap(({ plan }) => migrationsOf(plan?.work.objects ?? [])))],
    changes: waiting.flatMap(({ environment, changes, plan }) => [
      environment,
      ...words.changes(changes.filter(({ action }) => action !== 'unchanged')),
      ...(plan?.notes ?? []),
    ]),
  });
}

/** The plan as it was shown, and the commit that was checked out then. */
interface ShownRelease {
  readonly wish: ReleasingWish;
  readonly shown: readonly ShownWork[];
  readonly commit: string;
}

async function carryOut(release: ShownRelease, how: CarryingOut, context: ActionContext): Promise<readonly string[]> {
  const request = await requestOf(release.wish, context);
  const isBuilt = await requireSame(release, request, context);
  if (isBuilt) return deployBuilt(release, request, how, context);
  const { service, targets: environments } = request;
  // Nothing is locked while it is built; each deployment looks once more.
  for (const { environment, after } of release.shown) how.begin({ environment, newest: after });
  await context.build({ service, environments, onLine: how.reporter.step, signal: how.signal });
  const begin: CarryingOut['begin'] = ({ environment, newest }) => how.begin({ environment, newest });
  const unknown = release.shown.map((each) => ({ ...each, fingerprint: undefined }));
  // Its tag may be younger than what these ports know of origin.
  return deployBuilt({ ...release, shown: unknown }, request, { ...how, begin }, context.anew());
}

/** Requires that a release would do now what was shown. @returns true when it is built. @throws {Refusal} */
async function requireSame({ wish, shown, commit }: ShownRelease, request: ReleaseRequest, context: ActionContext) {
  const doing = `release ${wish.service}`;
  const again = await preview(request, context, planningLines());
  if (again.state === 'overtaken') throw planChanged(doing, `${again.sentence}.`);
  if (again.commit !== commit)
    throw planChanged(doing, `Checked out was ${shortCommit(commit)}, and now it is ${shortCommit(again.commit)}.`);
  if (canonicalText(again.shown.map(essence)) !== canonicalText(shown.map(essence)))
    throw planChanged(doing, 'What would be done now is not what was shown.');
  return again.result.release !== undefined;
}

async function deployBuilt(
  { wish: { service }, shown }: ShownRelease,
  request: ReleaseRequest,
  { signal, reason, onWait, begin, reporter }: CarryingOut,
  { actor, ports, words }: ActionContext,
): Promise<readonly string[]> {
  const plans = shown.flatMap(({ fingerprint }) => (fingerprint && PlanId.parse(fingerprint)) || []);
  const approved = { approvedBy: actor.person, approvedPlans: { plans, ask: undefined } };
  const way = { ...approved, dryRun: false, only: 'deploy', reason, signal, onWait, lastLook: begin } as const;
  const { release: released, deploys } = await release({ ...request, ...way }, ports, reporter);
  const lines = deploys.map(({ result }, index) => words.deployed(service, released, request.targets[index]!, result));
  if (deploys.length > 0 && deploys.every(({ result }) => result.state !== 'deployed'))
    throw planChanged(`release ${service}`, `${lines.join('; ')}.`);
  return lines;
}

/** Of a deployment only that is compared which says that it is another one. */
function essence({ environment, after, fingerprint }: ShownWork) {
  return { environment, after: after && { sequence: after.sequence, outcome: after.outcome }, fingerprint };
}

function requireBuildable({ service }: ReleasingWish, targets: readonly Environment[]): void {
  const guarded = targets.find((environment) => environment.protected);
  if (!guarded) return;
  throw new Refusal({
    type: 'approval-needed',
    doing: `release ${service} to ${guarded.name}`,
    reason: `${guarded.name} is protected. A plan names a build, and the content of this commit has none yet.`,
    remedy: 'Release it to the environment before, then promote it.',
  });
}

function isNeeded({ changes, plan, result }: ReleasePreview): boolean {
  if (result) return false;
  return !plan || changes.some(({ action }) => action !== 'unchanged') || plan.work.replaces !== plan.work.build;
}

async function requestOf({ service, to }: ReleasingWish, context: ActionContext): Promise<ReleaseRequest> {
  const environments = await context.environments();
  return {
    service: context.service(service),
    environments,
    targets: to ? [to] : automaticEnvironments(environments),
    ...{ mainBranch: context.mainBranch, actor: context.actor, timeoutMs: context.timeoutMs, comparesCommits: true },
    ...{ force: false, allowDowntime: false, allowBreaking: false, adopt: false, allowDirty: false, dryRun: true },
    ...{ approvedBy: undefined, buildNumber: undefined },
  };
}

function seen({ service }: ReleasingWish, command: string, { checks, warnings }: PlanningLines) {
  return { service, state: 'nothing' as const, sentence: '', command, checks, warnings };
}

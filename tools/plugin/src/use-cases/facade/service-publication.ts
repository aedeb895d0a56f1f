import type { PublishedApi, RecordedApi } from '../../model/deploy/deployment-record.ts';
import { interruptedWhile, isInterruption } from '../../model/errors/interruption.ts';
import { Failure, ProductError } from '../../model/errors/product-error.ts';
import { ApiPath } from '../../model/facade/api-path.ts';
import type { ApiRevision } from '../../model/facade/identifiers.ts';
import { planPublication } from '../../model/facade/publishing/plan-publication.ts';
import type { PublishPlan, PublishStep } from '../../model/facade/publishing/publish-step.ts';
import type { PublishingPhase } from '../../model/facade/publishing/publishing-order.ts';
import { refuseBreaking } from '../../model/facade/publishing/refuse-breaking.ts';
import { refuseMissing } from '../../model/facade/publishing/refuse-missing.ts';
import { plannedLine, stepLine } from '../../model/facade/publishing/step-line.ts';
import type { DoorState, Facade } from '../../ports/facade.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { PublishCourse, PublishRequest, RevisionCheck } from './publish-request.ts';

/** A part of a publication that writes at the door. */
export type WritingPhase = PublishingPhase & ('stage' | 'open' | 'prune');

/** An API with what is to be written for it. */
interface PlannedApi {
  readonly request: PublishRequest;
  readonly plan: PublishPlan;
  /** The revision that is current; undefined where there is no such API. */
  readonly previous: ApiRevision | undefined;
  /** Lines of what may break clients. */
  readonly breaking: readonly string[];
}

/** The APIs of a service on their way to the door of an environment: the original, and its versions after it. */
export class ServicePublication {
  readonly direction: 'forward' | 'back';
  private readonly facade: Facade;
  private readonly apis: readonly PlannedApi[];
  private readonly checkRevision: RevisionCheck | undefined;
  private readonly done: string[] = [];

  private constructor(facade: Facade, apis: readonly PlannedApi[], checkRevision: RevisionCheck | undefined) {
    this.facade = facade;
    this.apis = apis;
    this.direction = apis[0]?.request.direction ?? 'forward';
    this.checkRevision = checkRevision;
  }

  /** Plans a publication without writing anything. @throws {Refusal} for whatever can be known beforehand. */
  static async plan(
    requests: readonly PublishRequest[],
    facade: Facade,
    check?: RevisionCheck,
  ): Promise<ServicePublication> {
    const apis = await Promise.all(requests.map((request) => planApi(request, facade)));
    return new ServicePublication(facade, apis, check);
  }

  /** Reports whether anything is to be made or to be shown to clients; what is only to be deleted can wait. */
  get isNeeded(): boolean {
    return this.apis.some(({ plan }) => plan.stage.length + plan.open.length > 0);
  }

  /** Lines of what may break clients, and is allowed. */
  get breaking(): string[] {
    return this.apis.flatMap(({ breaking }) => breaking);
  }

  /** The revisions that clients get, each with its request. */
  get revisions(): { readonly request: PublishRequest; readonly revision: ApiRevision }[] {
    return this.apis.map(({ request, plan }) => ({ request, revision: plan.revision }));
  }

  /** Lines that say what would be done, or that nothing would. */
  plannedLines(): string[] {
    return this.apis.flatMap(({ request, plan }) => {
      const { api } = request.publication;
      const steps = [...plan.stage, ...plan.open, ...plan.prune];
      return steps.length === 0 ? [this.isAsItShould(request, plan)] : steps.map((step) => plannedLine(step, api));
    });
  }

  /** Lines that say which of the APIs need nothing. */
  settledLines(): string[] {
    return this.apis
      .filter(({ plan }) => plan.stage.length + plan.open.length + plan.prune.length === 0)
      .map(({ request, plan }) => this.isAsItShould(request, plan));
  }

  /**
   * Carries out a part of the plan. What is done already is not written again.
   * @throws {Failure} naming what was done; the same again, or another plan, continues.
   */
  async carryOut(phase: WritingPhase, { reporter, signal }: PublishCourse): Promise<void> {
    const course = { onWait: (line: string) => reporter.step(line), ...(signal ? { signal } : {}) };
    for (const { request, plan } of this.apis)
      for (const step of plan[phase]) {
        try {
          await this.facade.carryOut(step, { publication: request.publication, ...request.content }, course);
        } catch (error) {
          throw this.stopped(error, request);
        }
        this.note(step, request, reporter);
      }
  }

  /**
   * Waits on the way back until no client can be shown any more what the code will not have.
   * @param shown which revisions clients may have been shown, as a deployment before noted.
   */
  async spread(shown: readonly PublishedApi[], { reporter, signal }: PublishCourse): Promise<void> {
    const isSettled = this.apis.every(({ plan, request: { publication } }) => {
      const before = shown.find(({ api }) => api === publication.api.toString());
      return plan.open.length === 0 && (!before || before.revision === plan.revision.toString());
    });
    if (this.direction === 'forward' || isSettled) return;
    await this.facade.spread({ onWait: (line) => reporter.step(line), ...(signal ? { signal } : {}) });
  }

  /**
   * Checks the revisions that clients would get, where they would get anything new. On the way back what answers is the
   * code that is left, which may be why one goes back: then what is wrong is told, and stops nothing.
   */
  async check(course: PublishCourse): Promise<void> {
    const { checkRevision: check, isNeeded, facade } = this;
    if (!check || !isNeeded) return;
    for (const { revision, request } of this.revisions) {
      try {
        await check(revision, request, { ...course, facade });
      } catch (error) {
        if (this.direction === 'forward' || !(error instanceof ProductError) || course.signal?.aborted) throw error;
        course.reporter.warn(`the check of revision ${revision.toString()}: ${error.facts.reason}`);
      }
    }
  }

  /** Returns what is to be published, for the record of a deployment. */
  toRecord(): RecordedApi[] {
    return this.apis.map(({ request: { publication, situation }, plan }) => {
      const { api, digest, settings, products } = publication;
      return {
        ...{ api: api.toString(), revision: plan.revision.toString(), digest, file: situation.file },
        path: settings.path.toString(),
        ...(products ? { products: products.map((product) => product.toString()) } : {}),
      };
    });
  }

  /** Returns what clients would get, for who approves of it. */
  toPlan(): object[] {
    return this.toRecord().map((api, index) => {
      const { plan, previous, breaking } = this.apis[index]!;
      const steps = [...plan.stage, ...plan.open].map(({ kind }) => kind);
      return { ...api, previous: previous?.toString(), steps, breaking };
    });
  }

  /** Returns what came of it, for the record of a deployment. @param openedAt undefined when it was not opened. */
  outcome(openedAt: Date | undefined): PublishedApi[] {
    return this.apis.map(({ request, plan, previous }) => ({
      ...{ api: request.publication.api.toString(), revision: plan.revision.toString() },
      ...(previous ? { previous: previous.toString() } : {}),
      ...(openedAt ? { openedAt: openedAt.toISOString() } : {}),
    }));
  }

  private isAsItShould({ publication: { api } }: PublishRequest, { revision }: PublishPlan): string {
    return `${api.toString()} at ${this.facade.instance} is as it should be (revision ${revision.toString()})`;
  }

  private note(step: PublishStep, { publication }: PublishRequest, reporter: Reporter): void {
    const line = stepLine(step, publication.api);
    this.done.push(line);
    reporter.step(line);
  }

  /** Returns an error that says how far it came: whatever the door answers now, it may have been written to. */
  private stopped(error: unknown, { publication }: PublishRequest): unknown {
    if (!(error instanceof ProductError)) return error;
    const { facts }: ProductError = error;
    const doing = `publish ${publication.api.toString()} at ${this.facade.instance}`;
    if (isInterruption(error))
      return interruptedWhile(
        doing,
        error,
        this.done.map((line) => `Done: ${line}.`),
      );
    const evidence = [...(facts.evidence ?? []), ...this.done.map((line) => `done: ${line}`)];
    return new Failure({ ...facts, ...(evidence.length > 0 ? { evidence } : {}), cause: error });
  }
}

async function planApi(request: PublishRequest, facade: Facade): Promise<PlannedApi> {
  const { publication, content, recorded } = request;
  const state = await facade.read(publication);
  const plan = planPublication(publication, { ...state, recorded });
  // What is at the door as it should be lacks nothing there: most releases change no description, and ask no more.
  if (plan.stage.length + plan.open.length > 0)
    refuseMissing(publication, content.policies, await facade.surroundings(publication.api));
  return { request, plan, previous: state.door?.current, breaking: await breakingLines(request, plan, state) };
}

/** Returns what may break clients, where they get another revision. */
async function breakingLines(
  { publication, direction, situation, changesSince }: PublishRequest,
  { open }: PublishPlan,
  { door }: DoorState,
): Promise<string[]> {
  if (!door || direction === 'back' || !open.some(({ kind }) => kind === 'switch')) return [];
  // What was never opened has no clients.
  if (door.settings.path.toString() === ApiPath.staged(publication.api).toString()) return [];
  const current = door.revisions.find(({ revision }) => revision.equals(door.current));
  return refuseBreaking(await changesSince(current?.mark), situation);
}

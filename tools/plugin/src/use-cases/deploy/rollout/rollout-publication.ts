import type { PublishedApi } from '../../../model/deploy/deployment-record.ts';
import { isInterruption } from '../../../model/errors/interruption.ts';
import { Failure, ProductError } from '../../../model/errors/product-error.ts';
import { publishingOrder } from '../../../model/facade/publishing/publishing-order.ts';
import type { ChangeSet } from '../../../ports/cluster.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import type { PublishCourse } from '../../facade/publish-request.ts';
import type { ServicePublication } from '../../facade/service-publication.ts';
import type { DeployContext } from '../deploy-context.ts';
import type { WorkResult } from './recorded-attempt.ts';
import type { Rollout } from './rollout.ts';

/**
 * Publishes what a rollout brings. At every moment clients are shown a part of what runs: going forward the door is opened
 * after the code, going back before it.
 */
export class RolloutPublication {
  private readonly rollout: Rollout;
  private readonly context: DeployContext;
  private reached = false;
  private openedAt: Date | undefined;

  constructor(rollout: Rollout, context: DeployContext) {
    this.rollout = rollout;
    this.context = context;
  }

  /** Reports whether clients may have got what is published. */
  get hasReachedClients(): boolean {
    return this.reached;
  }

  /** Reports whether the new code serves, and only the door lacks: then nothing is gained by taking the code back. */
  get lacksOnlyTheDoor(): boolean {
    return this.reached && this.openedAt === undefined && this.publication?.direction === 'forward';
  }

  /** The result, for the record. */
  get outcome(): { readonly published?: readonly PublishedApi[] } {
    const { publication } = this;
    return publication && this.reached ? { published: publication.outcome(this.openedAt) } : {};
  }

  /** Writes what no client notices, before the deployment is begun. @throws {Failure} The same command continues. */
  async stage(): Promise<void> {
    const { publication } = this;
    if (!publication) return;
    const course = this.course(this.context.limits.signal);
    for (const line of publication.breaking) course.reporter.warn(line);
    if (publication.isNeeded) for (const line of publication.settledLines()) course.reporter.step(line);
    await this.write(() => publication.carryOut('stage', course), course);
  }

  /** Rolls the code out, with what is to be written at the door before it and after it. */
  async around(code: () => Promise<WorkResult<ChangeSet>>, stop: AbortSignal): Promise<WorkResult<ChangeSet>> {
    const { publication } = this;
    if (!publication) return code();
    const course = this.course(stop);
    let result: WorkResult<ChangeSet> = { state: 'succeeded', value: [] };
    for (const phase of publishingOrder(publication.direction)) {
      if (phase === 'code') result = await code();
      if (phase === 'check') await this.check(publication, course);
      if (phase === 'open') await this.open(publication, course);
      if (result.state !== 'succeeded') return result;
      if (phase === 'prune') result = { ...result, ...(await this.prune(publication, course, result.remark)) };
    }
    return result;
  }

  /**
   * Checks what a canary answers through the door, before clients get any of it: requests with its header, at revisions
   * that none of them finds yet.
   */
  async preview(headers: Readonly<Record<string, string>>, stop: AbortSignal): Promise<void> {
    await this.publication?.check({ ...this.course(stop), headers });
  }

  private get publication(): ServicePublication | undefined {
    return this.rollout.publication;
  }

  /** A door that cannot be asked says nothing of the code, which stays. */
  private async check(publication: ServicePublication, course: PublishCourse): Promise<void> {
    try {
      await publication.check(course);
    } catch (error) {
      if (!(error instanceof ProductError)) throw error;
      const { type } = error.facts;
      if (type === 'api-differs' || isInterruption(error)) throw error;
      this.reached = true;
      throw this.halfDone(error);
    }
  }

  private async open(publication: ServicePublication, course: PublishCourse): Promise<void> {
    this.reached = true;
    const isOpen = await this.write(() => publication.carryOut('open', course), course);
    if (!isOpen) return;
    this.openedAt = this.context.ports.clock();
    const { published = [] } = this.context.records.find(({ outcome }) => outcome === 'succeeded') ?? {};
    await this.write(() => publication.spread(published, course), course);
  }

  /** Deletes what nobody needs; what stays disturbs nobody. */
  private async prune(
    publication: ServicePublication,
    course: PublishCourse,
    remark: string | undefined,
  ): Promise<{ readonly remark?: string }> {
    try {
      await publication.carryOut('prune', course);
      return {};
    } catch (error) {
      if (!(error instanceof ProductError)) throw error;
      const lacks = `Old revisions of the API could not be deleted: ${error.facts.reason} The next deployment tries again.`;
      course.reporter.warn(lacks);
      return { remark: [remark, lacks].filter((text) => text !== undefined).join(' ') };
    }
  }

  /** @returns false when it could not be done and does not matter. */
  private async write(action: () => Promise<void>, { reporter, signal }: PublishCourse): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      if (!(error instanceof ProductError)) throw error;
      if (signal?.aborted && isInterruption(error)) throw signal.reason;
      // The code that failed must go, whatever the door does: what it shows is of an older release.
      if (this.rollout.cause.action !== 'automatic-rollback')
        throw this.lacksOnlyTheDoor ? this.halfDone(error) : error;
      reporter.warn(`the API stays as it is: ${error.facts.reason}`);
      return false;
    }
  }

  private halfDone({ facts }: ProductError): Failure {
    const { release, environment } = this.rollout;
    const serves = `${release.buildNumber} serves in ${environment.name}, and clients may not get all of its API yet.`;
    return new Failure({ ...facts, reason: `${facts.reason} ${serves}` });
  }

  private course(signal: AbortSignal | undefined): PublishCourse {
    return { signal, reporter: prefixed(this.context.reporter, this.rollout.environment.name) };
  }
}

/** Says what a publication would do. */
export function tellPlanned(
  publication: ServicePublication | undefined,
  environment: { readonly name: string },
  reporter: Reporter,
): void {
  const own = prefixed(reporter, environment.name);
  for (const line of publication?.breaking ?? []) own.warn(line);
  for (const line of publication?.plannedLines() ?? []) own.step(line);
}

/** Returns a reporter whose lines name an environment. */
function prefixed(reporter: Reporter, environment: string): Reporter {
  return {
    step: (line) => reporter.step(`${environment}: ${line}`),
    detail: (line) => reporter.detail(line),
    warn: (line) => reporter.warn(`${environment}: ${line}`),
  };
}

/** Plans what is published when the fallback is restored, whose code comes back in any case. */
export async function publicationOfFallback(
  { environment, fallbackPublication }: Rollout,
  { reporter }: DeployContext,
): Promise<Rollout['publication']> {
  try {
    return await fallbackPublication?.();
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    reporter.warn(`${environment.name}: the API stays as it is: ${error.facts.reason}`);
    return undefined;
  }
}

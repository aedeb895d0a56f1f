import { setTimeout as pause } from 'node:timers/promises';
import { releaseHeader } from '../../model/canary/canary-routes.ts';
import type { ProbeResult } from '../../model/deploy/deployment-record.ts';
import { describeProbe } from '../../model/deploy/probe-result.ts';
import type { ProbeTarget } from '../../model/deploy/probe-target.ts';
import { warmUpHeader } from '../../model/deploy/route-warm-up.ts';
import type { Prober } from '../../ports/prober.ts';

/** Milliseconds within which a changed route answers its first request. */
const routeComesWithinMs = 10_000;
/** Milliseconds for which requests with the header must be answered by the canary without a failure. */
const provedForMs = 1000;
/** How often that is tried. */
const attempts = 5;

/** Asks a service and its canary through the gateway: what a gateway does is believed, not what its status says. */
export class GatewayProof {
  private readonly prober: Prober;
  private readonly all: ProbeTarget | undefined;
  /** Where only the canary answers. */
  private readonly preview: ProbeTarget | undefined;
  /** Where it answers before that, and nobody else asks. */
  private readonly warmUp: ProbeTarget | undefined;
  private readonly signal: AbortSignal | undefined;

  constructor(prober: Prober, target: ProbeTarget | undefined, buildNumber: string, signal: AbortSignal | undefined) {
    this.prober = prober;
    this.all = target;
    this.preview = target && { ...target, echo: { name: releaseHeader, value: buildNumber } };
    this.warmUp = target && { ...target, echo: warmUpHeader(buildNumber) };
    this.signal = signal;
  }

  /** Reports whether requests with the header are answered by the canary already. */
  async isOpen(): Promise<boolean> {
    return (await this.failureOf(this.preview, 0)) === undefined;
  }

  /** Waits until the gateway knows the canary, by requests that nobody else sends. @returns why it does not, as a clause. */
  warmedUp(): Promise<string | undefined> {
    return this.answered(this.warmUp);
  }

  /** Waits until requests with the header are answered by the canary. @returns why they are not, as a clause. */
  opened(): Promise<string | undefined> {
    return this.answered(this.preview);
  }

  private async answered(target: ProbeTarget | undefined): Promise<string | undefined> {
    let failure: string | undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
      failure = await this.failureOf(target, provedForMs, { retryForMs: routeComesWithinMs });
      if (failure === undefined) return undefined;
    }
    return failure;
  }

  /** Waits until no request with the header is answered by the canary any more: the gateway has forgotten it. */
  async closed(): Promise<void> {
    for (let attempt = 0; this.preview && attempt < attempts; attempt++)
      if ((await this.failureOf(this.preview, provedForMs)) !== undefined) return;
  }

  /** Asks both for a time. @returns what failed, as a clause. */
  async judged(milliseconds: number): Promise<string | undefined> {
    const [preview, all] = await Promise.all([
      this.failureOf(this.preview, milliseconds),
      this.failureOf(this.all, milliseconds),
    ]);
    if (preview !== undefined) return `of the canary's own requests ${preview}`;
    return all === undefined ? undefined : `of all requests ${all}`;
  }

  /** Lets a time pass in which requests under way come to their end. */
  async quiet(milliseconds: number): Promise<void> {
    const begun = this.all && (await this.prober.start(this.all, { atLeastMs: milliseconds }));
    if (begun?.state !== 'probing') await pause(milliseconds, undefined, { signal: this.signal });
    else await this.unlessStopped(begun.stop());
  }

  private async failureOf(
    target: ProbeTarget | undefined,
    atLeastMs: number,
    options: { readonly retryForMs?: number } = {},
  ): Promise<string | undefined> {
    this.signal?.throwIfAborted();
    if (!target) return 'none could be sent';
    const begun = await this.prober.start(target, { ...options, atLeastMs });
    if (begun.state === 'no-answer') return `none was answered well: ${begun.reason}`;
    const probe: ProbeResult = await this.unlessStopped(begun.stop());
    return probe.failed > 0 ? describeProbe(probe) : undefined;
  }

  /** Waits for the answers, unless the command is interrupted: they end by themselves then. */
  private async unlessStopped<T>(answers: Promise<T>): Promise<T> {
    const { signal } = this;
    if (!signal) return answers;
    signal.throwIfAborted();
    let onAbort = () => {};
    const stopped = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([answers, stopped]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

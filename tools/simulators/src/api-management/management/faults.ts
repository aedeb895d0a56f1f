import type { ArmError } from './arm-error.ts';
import type { OperationFault } from './long-running.ts';
import { throttled } from './throttle.ts';

/** How a request is treated other than well. `lost`: it is carried out, but the connection breaks before the answer. */
export type Fault = OperationFault | { readonly kind: 'refused'; readonly error: ArmError } | { readonly kind: 'lost' };

/**
 * The faults that a test asked for. Each is for the next request whose line matches: `PUT apis/orders;rev=2`, or
 * `POLL PUT apis/orders;rev=2` for one that asks how that is going on.
 */
export class Faults {
  private readonly planned: { readonly when: RegExp; readonly fault: Fault }[] = [];

  /** Refuses the next request. Nothing of it is carried out. */
  failNext(when: RegExp, error: ArmError): void {
    this.planned.push({ when, fault: { kind: 'refused', error } });
  }

  throttleNext(when: RegExp, retryAfterSeconds: number): void {
    this.failNext(when, throttled(retryAfterSeconds));
  }

  /** Carries the next request out, and breaks its connection before the answer. */
  loseNextAnswer(when: RegExp): void {
    this.planned.push({ when, fault: { kind: 'lost' } });
  }

  /** Lets the next long-running operation fail when it is polled. */
  failNextOperation(when: RegExp, error: ArmError): void {
    this.planned.push({ when, fault: { kind: 'failed', error } });
  }

  /** Lets the next long-running operation never end, nor its lock. */
  holdNextOperation(when: RegExp): void {
    this.planned.push({ when, fault: { kind: 'endless' } });
  }

  /** Returns the fault that is planned for a request, once. */
  take(line: string): Fault | undefined {
    const index = this.planned.findIndex(({ when }) => when.test(line));
    return index < 0 ? undefined : this.planned.splice(index, 1)[0]?.fault;
  }
}

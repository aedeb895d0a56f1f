import { ArmError } from './arm-error.ts';

/** The limit of writes to a subscription: a bucket that is refilled. */
export class Throttle {
  /** How many writes are possible at once. */
  capacity = 1200;
  refillPerSecond = 10;
  /** How many writes were refused. */
  refused = 0;
  private used = 0;
  private seen = 0;

  /** Returns how many writes remain after this one. @throws ArmError 429 when none does. */
  take(now: number): number {
    this.used = Math.max(0, this.used - ((now - this.seen) / 1000) * this.refillPerSecond);
    this.seen = now;
    if (this.used + 1 > this.capacity) {
      this.refused++;
      throw throttled(Math.max(1, Math.ceil(1 / this.refillPerSecond)));
    }
    this.used++;
    return Math.floor(this.capacity - this.used);
  }
}

export function throttled(retryAfterSeconds: number): ArmError {
  const headers = { 'retry-after': `${retryAfterSeconds}` };
  return new ArmError(429, 'TooManyRequests', 'The request is being throttled as the limit has been reached.', {
    headers,
  });
}

/**
 * Wakes one waiter; notifications before the wait are merged into one (like tokio's `Notify`). No library: `events.once`
 * forgets what was rung while nobody waited.
 */
export class Notify {
  private isDue = false;
  private wake = () => {};

  readonly notify = (): void => {
    this.isDue = true;
    this.wake();
  };

  /** Ends at once when it was rung since this was last called, else when it is. */
  async notified(): Promise<void> {
    if (!this.isDue) await new Promise<void>((resolve) => (this.wake = resolve));
    this.reset();
  }

  /** Drops the notifications so far. */
  reset(): void {
    this.isDue = false;
  }
}

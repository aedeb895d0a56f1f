/** Tells one who waits that something happened since it was last asked, once for all that did. */
export class WakeUp {
  private isDue = false;
  private wake = () => {};

  readonly ring = (): void => {
    this.isDue = true;
    this.wake();
  };

  /** Ends at once when it was rung since this was last called, else when it is. */
  async heard(): Promise<void> {
    if (!this.isDue) await new Promise<void>((resolve) => (this.wake = resolve));
    this.forget();
  }

  /** What was rung until now needs nobody any more. */
  forget(): void {
    this.isDue = false;
  }
}

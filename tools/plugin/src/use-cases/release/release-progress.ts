import { interruptedWhile, isInterruption } from '../../model/errors/interruption.ts';
import type { BuildNumber } from '../../model/release/build-number.ts';
import type { ImageRef } from '../../model/image/image-ref.ts';

/** How far a release has come, for what is said when it is interrupted. */
export class ReleaseProgress {
  private buildNumber: BuildNumber | undefined;
  private readonly images: ImageRef[] = [];
  private isTagged = false;
  private readonly environments: string[] = [];

  /** Its build number is taken. */
  took(buildNumber: BuildNumber): void {
    this.buildNumber = buildNumber;
  }

  /** Its image is in a registry. */
  pushed(image: ImageRef): void {
    this.images.push(image);
  }

  /** It is a release: its tag is at the origin. */
  released(buildNumber: BuildNumber): void {
    this.buildNumber = buildNumber;
    this.isTagged = true;
  }

  /** It runs in an environment, or needs not be deployed there. */
  deployed(environment: string): void {
    this.environments.push(environment);
  }

  /** Runs an action. An interruption of it says how far it came. @param targets the environments that it is for. */
  async during<T>(doing: string, targets: readonly string[], action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!isInterruption(error)) throw error;
      throw interruptedWhile(doing, error, [this.describe(targets)]);
    }
  }

  /** Returns how far it came, as a sentence. @param targets the environments that it is for. */
  describe(targets: readonly string[]): string {
    if (this.buildNumber === undefined) return 'Nothing was changed.';
    if (!this.isTagged) return this.describeBuild(this.buildNumber);
    const missing = targets.filter((name) => !this.environments.includes(name));
    const done = this.environments.length > 0 ? `done in ${this.environments.join(', ')}` : '';
    const open = missing.length > 0 ? `not finished in ${missing.join(', ')}` : '';
    return `${this.buildNumber} is released${[done, open]
      .filter(Boolean)
      .map((part) => `; ${part}`)
      .join('')}.`;
  }

  private describeBuild(buildNumber: BuildNumber): string {
    if (this.images.length === 0)
      return `Build number ${buildNumber} is used up; nothing was pushed, tagged or deployed.`;
    return `${this.images.join(' and ')} ${this.images.length === 1 ? 'is' : 'are'} pushed; nothing was tagged or deployed.`;
  }
}

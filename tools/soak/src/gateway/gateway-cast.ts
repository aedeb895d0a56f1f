import type { Release } from '../../../plugin/src/model/release/release.ts';
import type { PacedKind } from '../../../load/src/paced-requests.ts';
import { platform } from '../../../scratch-workspace/src/platform.ts';
import { Answerers, oldSystemName, withoutVersion } from './answerers.ts';
import { mainService, sideService } from './gateway-workspace.ts';

/** A build of the main service, and whether it has the second version of the API. */
export interface MainBuild {
  readonly release: Release;
  readonly hasVersion: boolean;
}

/** Who may answer clients' requests, by what is being done. */
export class GatewayCast {
  readonly main = new Answerers(oldSystemName);
  /** The second version of its API. */
  readonly version = new Answerers(oldSystemName);
  /** Requests with the header that leads to a canary. */
  readonly preview = new Answerers(oldSystemName);
  readonly side = new Answerers(oldSystemName);
  /** What no service owns. */
  readonly older = new Answerers(oldSystemName);
  /** The one that is there. */
  private canary: MainBuild | undefined;
  private stable: MainBuild | undefined;

  /** Returns requests of all kinds. @param hostname under which the gateway knows the routes. */
  async kinds(hostname: string): Promise<PacedKind[]> {
    const { gateway } = await platform();
    const kind = (path: string, share: number, send: PacedKind['send']): PacedKind => {
      return { url: `${gateway}${path}`, host: hostname, share, send };
    };
    return [
      kind(`/${mainService}/build`, 55, () => ({ judge: this.main.judge() })),
      kind(`/${mainService}/v2/build`, 15, () => ({ judge: this.version.judge() })),
      kind(`/${mainService}/build?preview`, 10, () => this.askForCanary()),
      kind(`/${sideService}/build`, 15, () => ({ judge: this.side.judge() })),
      kind('/an/older/path', 5, () => ({ judge: this.older.judge() })),
    ];
  }

  private askForCanary(): ReturnType<PacedKind['send']> {
    const { canary } = this;
    const headers = { 'x-release': canary ? `${canary.release.buildNumber}` : 'none' };
    // It has been found: from now on its shares may come.
    const onAnswer = (name: string) => {
      if (canary && canary === this.canary && name === plainName(canary)) this.mayComeIn(canary);
    };
    return { headers, judge: this.preview.judge(onAnswer) };
  }

  /** A release begins to take the place of what answers now. */
  comes(build: MainBuild): void {
    this.mayComeIn(build);
    this.preview.also([plainName(build)]);
  }

  /** It has taken it. */
  hasCome(build: MainBuild): void {
    this.stable = build;
    this.canary = undefined;
    for (const answerers of [this.main, this.preview]) answerers.soonOnly([plainName(build)]);
    this.version.soonOnly([versionName(build)]);
  }

  /** A canary begins to come: it answers who asks for it, and others once it has. */
  canaryComes(build: MainBuild): void {
    this.canary = build;
    this.preview.also([plainName(build)]);
  }

  /** A canary has a share: it alone answers who asks for it. */
  canaryIsThere(): void {
    this.preview.only([plainName(this.canary!)]);
  }

  /** A canary begins to go without taking its place. */
  canaryGoes(): void {
    this.preview.also([plainName(this.stable!)]);
  }

  /** It has gone, and answers nobody any more. */
  canaryHasGone(): void {
    this.canary = undefined;
    for (const answerers of [this.main, this.preview]) answerers.only([plainName(this.stable!)]);
    this.version.only([versionName(this.stable!)]);
  }

  /** Returns how many good answers to clients were a build's, and how many there were. */
  answersOf({ release }: MainBuild): { own: number; all: number } {
    const all = [...this.main.counts.values()].reduce((sum, count) => sum + count, 0);
    return { own: this.main.counts.get(`${release.buildNumber}`) ?? 0, all };
  }

  private mayComeIn(build: MainBuild): void {
    this.main.also([plainName(build)]);
    this.version.also([versionName(build)]);
  }
}

function plainName({ release }: MainBuild): string {
  return `${release.buildNumber}`;
}

function versionName({ release, hasVersion }: MainBuild): string {
  return hasVersion ? `${release.buildNumber} v2` : withoutVersion;
}

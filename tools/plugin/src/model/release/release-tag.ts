import { BuildNumber } from './build-number.ts';
import { whyNotReleasedName } from './service-name.ts';

/** Git tag of a release: `orders-20261124-1`; of a package of the clusters' configuration: `provisioning-20261124-1`. */
export class ReleaseTag {
  readonly service: string;
  readonly buildNumber: BuildNumber;

  constructor(service: string, buildNumber: BuildNumber) {
    this.service = service;
    this.buildNumber = buildNumber;
  }

  /** Returns the tag that the text denotes, or undefined when it is not a release's tag. */
  static parse(text: string): ReleaseTag | undefined {
    // Greedy: of `orders-20261124-1-20261125-2` the service is `orders-20261124-1`.
    const match = /^(.+)-(\d{8}[-.]\d+)$/.exec(text);
    const [, service = '', number = ''] = match ?? [];
    const buildNumber = BuildNumber.parse(number);
    if (!buildNumber || whyNotReleasedName(service) !== undefined) return undefined;
    return new ReleaseTag(service, buildNumber);
  }

  toString(): string {
    return `${this.service}-${this.buildNumber}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

import { BuildNumber } from '../release/build-number.ts';

/** Names that API Management accepts for what it keeps; the SDK sends any other, too, and learns it from the answer. */
const identifier = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/;

function isIdentifier(text: string, longest: number): boolean {
  return text.length <= longest && identifier.test(text);
}

/** Id of an API in an instance: `orders`, `orders-v2`. Releases and revisions of an API take 80 characters of it. */
export class ApiId {
  /** The rule for ids, as a clause. */
  static readonly rule = 'letters, digits and hyphens, at most 80, with a letter or a digit at both ends';
  private readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** @returns the id that the text denotes, or undefined when it denotes none. */
  static parse(text: string): ApiId | undefined {
    return isIdentifier(text, 80) ? new ApiId(text) : undefined;
  }

  /** Returns the name by which a revision is addressed: `orders;rev=20261124-1`. */
  at(revision: ApiRevision): string {
    return `${this.text};rev=${revision.toString()}`;
  }

  toString(): string {
    return this.text;
  }
}

/**
 * Name of a revision of an API (`apiRevision`): ours are build numbers. It is read back from `apiRevision`, never from an
 * id. There are others in an instance: `1`, where somebody made the API by hand.
 */
export class ApiRevision {
  private readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** @returns the revision that the text denotes, or undefined when it denotes none; dots are refused. */
  static parse(text: string): ApiRevision | undefined {
    return isIdentifier(text, 100) ? new ApiRevision(text) : undefined;
  }

  /** Returns the revision of a build; that of an old number with a dot has a hyphen in its place. */
  static of({ day, revision }: BuildNumber): ApiRevision {
    return new ApiRevision(`${day}-${revision}`);
  }

  /** Returns the build that it is named by, or undefined when it is named otherwise. */
  buildNumber(): BuildNumber | undefined {
    return BuildNumber.parse(this.text);
  }

  equals(other: ApiRevision): boolean {
    return this.text === other.text;
  }

  toString(): string {
    return this.text;
  }
}

/**
 * Id of a release of an API, by which a revision becomes the current one: a count, and the build (`12-20261124-1`). Each
 * switch needs an id of its own.
 */
export class ApiReleaseId {
  readonly count: number;
  readonly build: BuildNumber;

  private constructor(count: number, build: BuildNumber) {
    this.count = count;
    this.build = build;
  }

  /** @returns the id that the text denotes, or undefined when it is none of ours. */
  static parse(text: string): ApiReleaseId | undefined {
    const [, count, number] = /^([1-9]\d{0,8})-(\d{8}-\d+)$/.exec(text) ?? [];
    const build = number === undefined ? undefined : BuildNumber.parse(number);
    return build && new ApiReleaseId(Number(count), build);
  }

  /** Returns the id after those that are `taken`, whoever made those. */
  static next(taken: readonly string[], build: BuildNumber): ApiReleaseId {
    const counts = taken.map((text) => ApiReleaseId.parse(text)?.count ?? 0);
    return new ApiReleaseId(counts.reduce((a, b) => Math.max(a, b), 0) + 1, build);
  }

  toString(): string {
    return `${this.count}-${ApiRevision.of(this.build).toString()}`;
  }
}

/** Id of a product of the instance, through which clients get their keys. */
export class ProductId {
  private readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** @returns the id that the text denotes, or undefined when it denotes none. */
  static parse(text: string): ProductId | undefined {
    return isIdentifier(text, 256) ? new ProductId(text) : undefined;
  }

  /** Capitals do not count in Azure's ids. */
  equals(other: ProductId): boolean {
    return this.text.toLowerCase() === other.text.toLowerCase();
  }

  toString(): string {
    return this.text;
  }
}

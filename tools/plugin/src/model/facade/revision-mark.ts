import { BuildNumber } from '../release/build-number.ts';

const pattern = /^(\S{1,40}) ([0-9a-f]{7,40}) (?:(sha256:[0-9a-f]{64})|unfinished)$/;

/**
 * The description of a revision of ours at the door (`apiRevisionDescription`): `20261124-1 1a2b3c4 sha256:…`. The digest
 * is that of what was sent, and is written last: a revision without it may lack operations or policies.
 */
export class RevisionMark {
  readonly build: BuildNumber;
  readonly commit: string;
  /** Undefined while it is made. */
  readonly digest: string | undefined;

  constructor(build: BuildNumber, commit: string, digest?: string) {
    this.build = build;
    this.commit = commit;
    this.digest = digest;
  }

  /** @returns the mark that the text denotes, or undefined when it is not one: the revision is not ours. */
  static parse(text: string): RevisionMark | undefined {
    const [, number = '', commit = '', digest] = pattern.exec(text) ?? [];
    const build = BuildNumber.parse(number);
    return build && new RevisionMark(build, commit, digest);
  }

  /** Reports whether it is of a build of the same commit; commits may be cut. */
  isOf(build: BuildNumber, commit: string): boolean {
    return this.build.equals(build) && (this.commit.startsWith(commit) || commit.startsWith(this.commit));
  }

  toString(): string {
    return `${this.build.toString()} ${this.commit} ${this.digest ?? 'unfinished'}`;
  }
}

/**
 * Number of a build of one service: the UTC day and a revision counted from 1, `20261124-1`. It is the image's tag.
 * Numbers with a dot (`20261124.1`) are old ones and are still read; none is made any more, because API Management
 * refuses dots in revision names, and because Nx, yargs and YAML read `20261124.10` as the number `20261124.1`.
 */
export class BuildNumber {
  /** yyyyMMdd, UTC. */
  readonly day: string;
  /** From 1. */
  readonly revision: number;
  private readonly separator: '-' | '.';

  private constructor(day: string, revision: number, separator: '-' | '.' = '-') {
    this.day = day;
    this.revision = revision;
    this.separator = separator;
  }

  /** @returns the number that the text denotes, or undefined when it denotes none. */
  static parse(text: string): BuildNumber | undefined {
    const match = /^(\d{8})([-.])([1-9]\d{0,8})$/.exec(text);
    if (!match) return undefined;
    const [, day = '', separator, revision] = match;
    if (!isCalendarDay(day)) return undefined;
    return new BuildNumber(day, Number(revision), separator === '.' ? '.' : '-');
  }

  /** The first number of a day. */
  static first(at: Date): BuildNumber {
    return new BuildNumber(utcDay(at), 1);
  }

  /**
   * The number after the highest of those `taken` on the day of `at`. Numbers of other days do not count.
   * @param offered is given instead if it is newer than all taken ones, of which none could be deployed over otherwise,
   * and of no day to come, which would make all numbers until then older ones.
   */
  static next(at: Date, taken: readonly BuildNumber[], offered?: BuildNumber): BuildNumber {
    const day = utcDay(at);
    if (offered && offered.day <= day && taken.every((number) => offered.isNewerThan(number))) return offered;
    const revisions = taken.filter((number) => number.day === day).map(({ revision }) => revision);
    return new BuildNumber(day, revisions.reduce((highest, revision) => Math.max(highest, revision), 0) + 1);
  }

  /** Orders by day, then numerically by revision: `-10` comes after `-9`. */
  static compare(this: void, a: BuildNumber, b: BuildNumber): number {
    return a.day === b.day ? a.revision - b.revision : a.day < b.day ? -1 : 1;
  }

  isNewerThan(other: BuildNumber): boolean {
    return BuildNumber.compare(this, other) > 0;
  }

  equals(other: BuildNumber): boolean {
    return BuildNumber.compare(this, other) === 0;
  }

  toString(): string {
    return `${this.day}${this.separator}${this.revision}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

function utcDay(at: Date): string {
  return at.toISOString().slice(0, 10).replaceAll('-', '');
}

function isCalendarDay(day: string): boolean {
  const iso = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
}

/** The highest that is read. */
const highestRevision = 999_999_999;
/** Its next one has five digits for its year. */
const lastDay = '99991231';
const millisecondsOfDay = 86_400_000;
/**
 * Days to come up to which a number is one of a clock that was ahead, by a wrong year at most. A number of a later day was
 * made by hand: it would be the newest for years.
 */
const farAheadDays = 366;

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

  /** Returns a number of a day that no build gets, because it is too high. */
  static last(at: Date): BuildNumber {
    return new BuildNumber(utcDay(at), highestRevision);
  }

  /**
   * Returns the number after all those that are `taken`, of the day of `at` or later: a clock that was ahead once took
   * numbers of days to come, and what is built after those must not be an older build.
   * @param offered is returned instead if it is newer than all taken ones, and of no day to come, which would carry all
   * numbers until then to that day.
   * Numbers of the last day that can be read, 99991231, do not count: there may be none after them.
   */
  static next(at: Date, taken: readonly BuildNumber[], offered?: BuildNumber): BuildNumber {
    const today = BuildNumber.first(at);
    if (offered && !offered.isOfDayAfter(at) && taken.every((number) => offered.isNewerThan(number))) return offered;
    const followed = taken.filter(({ day }) => day < lastDay);
    const newest = followed.toSorted(BuildNumber.compare).at(-1);
    if (newest === undefined || newest.day < today.day) return today;
    let next = newest.following();
    // Only on the last day may it be taken already.
    while (taken.some((number) => number.equals(next))) next = next.following();
    return next;
  }

  /** Orders by day, then numerically by revision: `-10` comes after `-9`. */
  static compare(this: void, a: BuildNumber, b: BuildNumber): number {
    return a.day === b.day ? a.revision - b.revision : a.day < b.day ? -1 : 1;
  }

  /** Reports whether its day is one to come at a time, in UTC. */
  isOfDayAfter(at: Date): boolean {
    return this.day > utcDay(at);
  }

  /** Reports whether its day is more than a year ahead at a time: no clock is so wrong, and such a number is not used. */
  isFarAhead(at: Date): boolean {
    return startOfDay(this.day).getTime() - at.getTime() > farAheadDays * millisecondsOfDay;
  }

  isNewerThan(other: BuildNumber): boolean {
    return BuildNumber.compare(this, other) > 0;
  }

  equals(other: BuildNumber): boolean {
    return BuildNumber.compare(this, other) === 0;
  }

  /** Returns the number after this one: of its day, or the first of the next. */
  private following(): BuildNumber {
    if (this.revision < highestRevision) return new BuildNumber(this.day, this.revision + 1);
    return BuildNumber.first(new Date(startOfDay(this.day).getTime() + millisecondsOfDay));
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

function startOfDay(day: string): Date {
  return new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
}

function isCalendarDay(day: string): boolean {
  const date = startOfDay(day);
  return !Number.isNaN(date.getTime()) && utcDay(date) === day;
}

/** A version of semver, PEP 440 or NuGet, as far as their order is one: numbers, then what comes before or after a release. */
interface Version {
  readonly epoch: number;
  readonly release: readonly number[];
  /** The part behind the numbers: of a release nothing, of a pre-release its parts. */
  readonly rest: readonly (number | string)[];
}

/** Returns a negative number when `a` is the older version; undefined where one of the two is no version but a condition. */
export function compareVersions(a: string, b: string): number | undefined {
  const [x, y] = [parseVersion(a), parseVersion(b)];
  if (x === undefined || y === undefined) return undefined;
  return x.epoch - y.epoch || compareParts(x.release, y.release) || compareRest(x.rest, y.rest);
}

function parseVersion(text: string): Version | undefined {
  const [, epoch = '0', release, rest = ''] =
    /^v?(?:(\d{1,9})!)?(\d{1,15}(?:\.\d{1,15})*)(?:[-._]?([A-Za-z][\w.-]*|(?<=-)[\w.-]+))?(?:\+[\w.-]*)?$/.exec(text) ??
    [];
  if (release === undefined) return undefined;
  const parts = rest.toLowerCase().match(/\d+(?![a-z])|[a-z]+|[\da-z]+/g) ?? [];
  return {
    epoch: Number(epoch),
    release: release.split('.').map(Number),
    rest: parts.map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : part)),
  };
}

function compareParts(a: readonly number[], b: readonly number[]): number {
  const longest = Math.max(a.length, b.length);
  for (let at = 0; at < longest; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareRest(a: Version['rest'], b: Version['rest']): number {
  const difference = rankOf(a) - rankOf(b);
  if (difference !== 0) return difference;
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [x, y] = [a[at], b[at]];
    if (x === y) continue;
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    if (typeof x === 'number' && typeof y === 'number') return x - y;
    // Numbers come before words, as in semver.
    if (typeof x !== typeof y) return typeof x === 'number' ? -1 : 1;
    return Number(y === 'dev') - Number(x === 'dev') || (x < y ? -1 : 1);
  }
  return 0;
}

/** Development comes before all else, the release after its candidates, what was posted after it last. */
function rankOf([first]: Version['rest']): number {
  if (first === undefined) return 1;
  return first === 'post' ? 2 : 0;
}

import { Failure } from '../../errors/product-error.ts';
import type { Verdict } from './judge-answer.ts';
import type { LeftOut } from './plan-calls.ts';
import type { CheckKey } from './subscription-key.ts';

/** The most operations that are named in one error, or in warnings. */
const mostNamed = 20;

/** The results of a check. */
export interface CheckOutcome {
  /** `orders;rev=20261124-1`. */
  readonly revision: string;
  /** Name of the door. */
  readonly instance: string;
  readonly called: readonly { readonly name: string; readonly verdict: Verdict }[];
  readonly leftOut: readonly LeftOut[];
  /** Why nobody was reached at all, as a clause. */
  readonly away?: string;
  readonly key: CheckKey;
}

/** Returns how much was checked, as a line. */
export function checkLine({ revision, instance, called, leftOut }: CheckOutcome): string {
  const good = called.filter(({ verdict }) => verdict.kind === 'as-described').length;
  const all = called.length + leftOut.length;
  if (all === 0) return `nothing to check: ${revision} has no GET`;
  const some = good === all ? `${all}` : `${good} of ${all}`;
  return `checked ${some} ${all === 1 ? 'GET' : 'GETs'} of ${revision} through ${instance}`;
}

/** Returns what was not called, and why. */
export function leftOutLines({ leftOut }: CheckOutcome): string[] {
  return leftOut.map(({ name, reason }) => `not called: ${name} (${reason})`);
}

/** Returns what could not be checked though it should have been, and why. */
export function uncheckedLines({ revision, instance, called, away, key }: CheckOutcome): string[] {
  if (away !== undefined)
    return [`could not check ${revision}: ${instance} is not reached from this machine (${away})`];
  const closed = called.filter(({ verdict }) => verdict.kind === 'closed').length;
  const wanted = `could not check ${closed} of ${called.length} GETs of ${revision}: ${instance} ${keyProblem(key)}`;
  const unknown = called.flatMap(({ name, verdict }) =>
    verdict.kind === 'unknown' ? [`could not check ${name} of ${revision}: ${verdict.reason}`] : [],
  );
  return [...(closed > 0 ? [wanted] : []), ...limited(unknown)];
}

function keyProblem({ variable, key }: CheckKey): string {
  if (variable === undefined)
    return 'wants a key. Name an environment variable that holds one as `keyVariable` in `facade` of the environment';
  if (!key) return `wants a key, and the environment variable ${variable} holds none`;
  return `does not accept the key in ${variable} for it`;
}

/** Returns what differs from the description: `GET / answered 500; described: 200`. */
export function differenceLines({ called }: CheckOutcome): string[] {
  return limited(
    called.flatMap(({ name, verdict }) =>
      verdict.kind === 'differs' ? verdict.differences.map((each) => `${name} ${each}`) : [],
    ),
  );
}

/** Returns the error that ends a publication. @param file path of the description. */
export function checkFailure(outcome: CheckOutcome, file: string): Failure {
  const { revision, instance, called } = outcome;
  const differing = called.filter(({ verdict }) => verdict.kind === 'differs').length;
  return new Failure({
    type: 'api-differs',
    doing: `check ${revision} at ${instance}`,
    reason: `${differing} of ${called.length} GETs do not answer as ${file} describes.`,
    remedy: 'Correct the service or its description, then release again.',
    evidence: differenceLines(outcome),
  });
}

function limited(lines: readonly string[]): string[] {
  const more = lines.length - mostNamed;
  return more > 0 ? [...lines.slice(0, mostNamed), `and ${more} more`] : [...lines];
}

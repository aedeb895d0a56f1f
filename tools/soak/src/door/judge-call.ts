import type { Timeline } from './timeline.ts';

/**
 * Operations of the service by the version that has them first: whoever knows version 2 has those of version 1, too. The
 * path is the name.
 */
export const operations = { quick: 1, newer: 2 } as const;
export type Operation = keyof typeof operations;

/** A call that was answered, or not. */
export interface Call {
  readonly operation: Operation;
  /** The revision that was asked for with `;rev=`; without it, whatever is current. */
  readonly asked: string | undefined;
  /** When it was sent, and when all of its answer was there. */
  readonly begun: number;
  readonly ended: number;
  /** No answer: a broken connection, or none in time. */
  readonly error?: string;
  readonly status?: number;
  /** The revision that answered, as the instance's base policy says; without it the door answered by itself. */
  readonly revision?: string | undefined;
  /** The build of the pod that answered. */
  readonly build?: string | undefined;
}

/** What is known of the time in which calls are made. */
export interface Knowledge {
  readonly timeline: Timeline;
  /** Version of each build, and of the revision that is named by it. */
  readonly versions: ReadonlyMap<string, number>;
  /** Milliseconds within which all units of the gateway know which revision is current. */
  readonly propagationMs: number;
}

/** `failed`: nobody got what the door shows. `wrong`: answered by another revision, or by code that does not know it. */
export interface Verdict {
  readonly is: 'answered' | 'absent' | 'failed' | 'wrong';
  readonly what: string;
}

const answered: Verdict = { is: 'answered', what: '' };
/** What is not described there was not found there. */
const absent: Verdict = { is: 'absent', what: '' };

/**
 * Judges a call. What the revision documents that is current is answered 2xx, by this revision and by code that has it.
 * While one takes the place of another, either is right, and for no longer than the gateway's units take; from then on
 * nobody gets the one before. `;rev=` is answered by the revision that it names.
 */
export function judgeCall(call: Call, { timeline, versions, propagationMs }: Knowledge): Verdict {
  const { operation, asked, status = 0, revision, build } = call;
  if (call.error !== undefined) return { is: 'failed', what: call.error };
  const current = timeline.between(call.begun - propagationMs, call.ended);
  const versionOf = (name: string) => versions.get(name) ?? 0;
  const has = (name: string) => versionOf(name) >= operations[operation];
  if (revision === undefined) {
    // The door's own answer.
    if (status === 404 && asked === undefined && current.some((each) => !has(each))) return absent;
    return { is: 'failed', what: `answer ${status} of the door` };
  }
  const right = asked === undefined ? current : [asked];
  const told = `answered by revision ${revision}, build ${build}, while ${current.join(', then ')} was current`;
  if (!right.includes(revision) || !has(revision)) return { is: 'wrong', what: told };
  // A revision that is not shown to clients may be ahead of the code.
  const isShown = current.every((each) => each === revision);
  if (status === 404 && asked !== undefined && !isShown && operations[operation] > 1) return absent;
  if (status < 200 || status > 299) return { is: 'failed', what: `answer ${status}, ${told}` };
  if (build === undefined || !versions.has(build)) return { is: 'wrong', what: told };
  const isBehind = versionOf(build) < versionOf(revision);
  return isBehind && (asked === undefined || isShown) ? { is: 'wrong', what: told } : answered;
}

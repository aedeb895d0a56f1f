import { describeApproval, type Approval } from '../../../model/deploy/approval.ts';

/** A part of a record that may have an approval. */
interface Approved {
  readonly approvedBy?: Approval;
}

/** The same as it is kept: `approvedBy` was a text first, and versions of this tool that know no other read it still. */
export type Kept<T> = Omit<T, 'approvedBy'> & { readonly approvedBy?: string; readonly approval?: Approval };

/** Returns a part of a record as it is kept. */
export function keepApproval<T extends Approved>(part: T): Kept<T> {
  const { approvedBy, ...rest } = part;
  return approvedBy === undefined ? rest : { ...rest, approvedBy: describeApproval(approvedBy), approval: approvedBy };
}

/** Returns it as it was. Of a text alone nobody knows whether anybody confirmed it. */
export function readKept<T extends Approved>(kept: Kept<T>): T {
  const { approvedBy, approval, ...rest } = kept;
  const read = approval ?? (approvedBy === undefined ? undefined : ({ names: [approvedBy], by: 'claim' } as const));
  return { ...rest, ...(read ? { approvedBy: read } : {}) } as unknown as T;
}

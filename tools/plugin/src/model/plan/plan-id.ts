import { createHash } from 'node:crypto';
import { canonicalText } from './canonical-text.ts';
import type { PlannedWork } from './planned-work.ts';

/** Half of a SHA-256: too long for two plans with one id to be searched for. */
const digits = 32;
const pattern = new RegExp(`^plan-[0-9a-f]{${digits}}$`);

/** The name of a plan, `plan-3f9a…`: that of another one differs, and who approves of it approves of nothing else. */
export class PlanId {
  private readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** Returns the id that a text is, or undefined. */
  static parse(text: string): PlanId | undefined {
    return pattern.test(text) ? new PlanId(text) : undefined;
  }

  /** Returns the id of what would be done: the same on every machine, in whatever order things were found. */
  static of(work: PlannedWork): PlanId {
    const { differences, objects, publishes, options, retyped: _, ...facts } = work;
    const changed = differences.filter(({ action }) => action !== 'unchanged');
    const lists = [changed, objects, publishes, options].map((list) => list.map(canonicalText).sort());
    const hash = createHash('sha256').update(canonicalText({ form: 1, facts, lists }));
    return new PlanId(`plan-${hash.digest('hex').slice(0, digits)}`);
  }

  equals(other: PlanId): boolean {
    return this.text === other.text;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

import type { ErrorType } from './error-catalog.ts';
import { Failure, Refusal, type ErrorFacts } from './product-error.ts';

/** A rule that makes a foreign error (of an engine, an API, git) one of ours. The first rule that matches counts. */
export interface ErrorRule<Foreign> {
  /** Reports whether the rule is for this error. */
  readonly when: (foreign: Foreign) => boolean;
  readonly type: ErrorType;
  readonly reason: (foreign: Foreign) => string;
  readonly remedy: (foreign: Foreign) => string;
  /** Lines that show it, instead of the common ones. */
  readonly evidence?: (foreign: Foreign) => readonly string[];
}

/** Facts that are the same whatever rule matches. */
export type CommonFacts = Pick<ErrorFacts, 'doing' | 'cause' | 'evidence'>;

/** Returns what the first matching rule makes of a foreign error, or undefined when none matches. */
export function matchErrorRule<Foreign>(
  rules: readonly ErrorRule<Foreign>[],
  foreign: Foreign,
  common: CommonFacts,
): ErrorFacts | undefined {
  const rule = rules.find(({ when }) => when(foreign));
  if (!rule) return undefined;
  const evidence = rule.evidence?.(foreign) ?? common.evidence ?? [];
  const facts = { type: rule.type, reason: rule.reason(foreign), remedy: rule.remedy(foreign) };
  return { doing: common.doing, cause: common.cause, ...facts, ...(evidence.length > 0 ? { evidence } : {}) };
}

/** Returns the refusal that the first matching rule describes, or undefined when none matches. */
export function refusalBy<Foreign>(
  rules: readonly ErrorRule<Foreign>[],
  foreign: Foreign,
  common: CommonFacts,
): Refusal | undefined {
  const facts = matchErrorRule(rules, foreign, common);
  return facts && new Refusal(facts);
}

/** Returns the failure that the first matching rule describes, or undefined when none matches. */
export function failureBy<Foreign>(
  rules: readonly ErrorRule<Foreign>[],
  foreign: Foreign,
  common: CommonFacts,
): Failure | undefined {
  const facts = matchErrorRule(rules, foreign, common);
  return facts && new Failure(facts);
}

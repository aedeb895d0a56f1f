import type { ErrorType } from '../../plugin/src/model/errors/error-catalog.ts';
import { matchErrorRule, type ErrorRule } from '../../plugin/src/model/errors/error-rules.ts';

/** An error that a rule is for, the type that it becomes, and a part of what is said then. */
export interface ErrorRuleCase<Foreign> {
  readonly foreign: Foreign;
  readonly type: ErrorType;
  readonly says: string;
}

/** Tests a table of rules row by row: the first case is for the first rule, and so on, and there is one for each. */
export function errorRulesContract<Foreign>(
  rules: readonly ErrorRule<Foreign>[],
  cases: readonly ErrorRuleCase<Foreign>[],
): void {
  it('has a case for each rule', () => expect(cases).toHaveLength(rules.length));

  it.each(cases.map((each, row) => ({ ...each, row })))('row $row: $type, $says', ({ row, foreign, type, says }) => {
    expect(rules.findIndex(({ when }) => when(foreign))).toBe(row);
    const facts = matchErrorRule(rules, foreign, { doing: 'try it' })!;
    expect(facts.type).toBe(type);
    expect(`${facts.reason} ${facts.remedy}`).toContain(says);
    // Whole sentences, one of which names what to do.
    for (const text of [facts.reason, facts.remedy]) expect(text).toMatch(/^\S.*[.!?)]$/);
    expect(facts.remedy).toMatch(/^[A-Z]/);
  });
}

import { failureBy, matchErrorRule, refusalBy, type ErrorRule } from './error-rules.ts';
import { Failure, Refusal } from './product-error.ts';

const rules: ErrorRule<string>[] = [
  {
    when: (text) => text.startsWith('a'),
    type: 'forbidden',
    reason: (text) => `It begins with a: ${text}.`,
    remedy: () => 'Begin otherwise.',
    evidence: (text) => (text.length > 1 ? [text] : []),
  },
  { when: () => true, type: 'bad-object', reason: () => 'Anything.', remedy: () => 'Nothing.' },
];

describe('matchErrorRule', () => {
  it('returns what the first matching rule says, with the common facts', () => {
    const cause = new Error('x');
    expect(matchErrorRule(rules, 'ab', { doing: 'try', cause })).toEqual({
      doing: 'try',
      cause,
      type: 'forbidden',
      reason: 'It begins with a: ab.',
      remedy: 'Begin otherwise.',
      evidence: ['ab'],
    });
    expect(matchErrorRule(rules, 'a', { doing: 'try' })).not.toHaveProperty('evidence');
    expect(matchErrorRule(rules, 'b', { doing: 'try' })?.type).toBe('bad-object');
  });

  it('returns nothing when no rule matches', () => {
    expect(matchErrorRule([rules[0]!], 'b', { doing: 'try' })).toBeUndefined();
    expect(refusalBy([], 'b', { doing: 'try' })).toBeUndefined();
    expect(failureBy([], 'b', { doing: 'try' })).toBeUndefined();
  });

  it('makes refusals and failures', () => {
    expect(refusalBy(rules, 'b', { doing: 'try' })).toBeInstanceOf(Refusal);
    expect(failureBy(rules, 'b', { doing: 'try' })).toBeInstanceOf(Failure);
  });
});

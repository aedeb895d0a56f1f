import { withoutCutWord } from './cut-word.ts';

it('leaves out the word that a limit cut', () => {
  expect(withoutCutWord('password is ghp_0123')).toBe('password is …');
  expect(withoutCutWord('ends with a blank ')).toBe('ends with a blank …');
  expect(withoutCutWord('')).toBe('…');
});

it('keeps the beginning of what is longer than any token, in linear time', () => {
  expect(withoutCutWord('x'.repeat(65_536))).toBe(`${'x'.repeat(65_536 - 16_384)}…`);
  expect(withoutCutWord(`${'x'.repeat(60_000)} ${'y'.repeat(5_000)}`)).toBe(`${'x'.repeat(60_000)} …`);
});

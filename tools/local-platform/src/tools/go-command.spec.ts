import { fetchesToolchains } from './go-command.ts';

describe('fetchesToolchains', () => {
  it.each([
    ['go1.19.8\n', false],
    ['go1.20', false],
    ['go1.21.0', true],
    ['go1.26.8', true],
    ['go1.9', false],
    ['', false],
  ])('%j: %s', (version, expected) => {
    expect(fetchesToolchains(version)).toBe(expected);
  });
});

import { isKindFor, isKubectlFor } from './kind-programs.ts';

describe('installed programs', () => {
  it.each([
    ['kind v0.31.0 go1.25.5 linux/amd64\n', true],
    ['kind v0.30.0 go1.24.6 darwin/arm64\n', true],
    ['kind v0.33.0 go1.26.1 darwin/arm64\n', true],
    ['kind v1.0.0 go1.27.0 linux/amd64\n', true],
    ['kind v0.32.0-alpha+8f6e09ad go1.25.5 linux/amd64\n', true],
    ['kind v0.20.0 go1.20.4 linux/amd64\n', false],
    ['', false],
  ])('takes of kind %j: %s', (answer, fits) => {
    expect(isKindFor(answer)).toBe(fits);
  });

  it.each([
    ['v1.34.0', true],
    ['v1.33.9', true],
    ['v1.35.1-eks-1234', true],
    ['v1.36.0', false],
    ['v1.24.3', false],
    ['', false],
  ])('takes of kubectl %j: %s', (gitVersion, fits) => {
    expect(isKubectlFor(JSON.stringify({ clientVersion: { major: '1', gitVersion } }, null, 2))).toBe(fits);
  });
});

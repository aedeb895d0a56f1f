// What services rely on, on a cluster of kind that is up: `npm run test:kind` brings one up. Not part of `npm test`.
module.exports = {
  ...require('../../jest.preset.cjs')('e2e-kind', __dirname),
  testMatch: ['<rootDir>/src/kind/*.kind.ts'],
  testTimeout: 300_000,
  maxWorkers: 1,
};

// The whole product against a real git remote, engine, registry and cluster: `nx run local-platform:up` first.
module.exports = {
  ...require('../../jest.preset.cjs')('e2e', __dirname),
  testMatch: ['<rootDir>/src/**/*.e2e.ts'],
  testTimeout: 300_000,
  maxWorkers: 3,
};

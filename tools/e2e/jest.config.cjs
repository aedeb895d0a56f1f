// The whole product against a real git remote, engine, registry and cluster: `nx run local-platform:up` first.
module.exports = {
  ...require('../../jest.preset.cjs')('e2e', __dirname),
  testMatch: ['<rootDir>/src/**/*.e2e.ts'],
  testTimeout: 300_000,
  // Each file has a workspace, a namespace and a corner of the registry of its own. Beside them runs one suite of adapters.
  maxWorkers: 2,
};

// End-to-end tests of the rooms that speak to the outside: against real engines, a real registry, a real cluster.
module.exports = {
  ...require('../../jest.preset.cjs')('plugin-e2e', __dirname),
  testMatch: ['<rootDir>/src/**/*.e2e.ts'],
  testTimeout: 120_000,
  // They share one registry and one cluster; one after the other they can be timed, too.
  maxWorkers: 1,
};

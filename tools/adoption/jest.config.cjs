// Foreign workspaces of every package manager: `npm run test:adoption`.
module.exports = {
  ...require('../../jest.preset.cjs')('adoption', __dirname),
  testMatch: ['<rootDir>/src/**/*.adoption.ts'],
  testTimeout: 600_000,
  maxWorkers: 1,
};

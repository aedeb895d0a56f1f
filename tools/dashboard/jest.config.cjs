module.exports = {
  ...require('../../jest.preset.cjs')('dashboard', __dirname),
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
};

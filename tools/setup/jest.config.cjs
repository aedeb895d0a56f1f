module.exports = { ...require('../../jest.preset.cjs')('setup', __dirname), testMatch: ['<rootDir>/*.spec.ts'] };

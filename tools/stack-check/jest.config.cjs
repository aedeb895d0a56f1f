module.exports = require('../../jest.preset.cjs')('stack-check', __dirname);

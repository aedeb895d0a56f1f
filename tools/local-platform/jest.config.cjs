module.exports = require('../../jest.preset.cjs')('local-platform', __dirname);

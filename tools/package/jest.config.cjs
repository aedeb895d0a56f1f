module.exports = require('../../jest.preset.cjs')('package', __dirname);

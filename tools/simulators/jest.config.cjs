module.exports = require('../../jest.preset.cjs')('simulators', __dirname);

module.exports = require('../../jest.preset.cjs')('load', __dirname);

module.exports = require('../../jest.preset.cjs')('payments', __dirname);

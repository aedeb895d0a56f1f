module.exports = require('../../jest.preset.cjs')('orders', __dirname);

module.exports = require('../../jest.preset.cjs')('service-host', __dirname);

module.exports = require('../../jest.preset.cjs')('dotnet-check', __dirname);

module.exports = {
  ...require('../../jest.preset.cjs')('plugin', __dirname),
  // By itself jest leaves a processor free, and of two that is half: this is by far the longest of all unit tests.
  maxWorkers: '100%',
};

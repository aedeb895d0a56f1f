// All that needs the local platform, in one run: adapters (tools/plugin) and the whole product (tools/e2e).
const preset = require('./jest.preset.cjs');

module.exports = {
  projects: [require('./tools/plugin/jest.e2e.config.cjs'), require('./tools/e2e/jest.config.cjs')].map(preset.project),
  reporters: preset.reporters,
  testTimeout: 300_000,
  // Each suite has a workspace, a namespace and a corner of the registry of its own, and waits for the cluster now and
  // then: one takes 61 % of two processors. More at once starve the cluster: a kubelet is late, and probes of pods fail.
  maxWorkers: 2,
};

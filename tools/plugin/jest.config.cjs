const preset = require('../../jest.preset.cjs')('plugin', __dirname);

/** Packages that are ESM only: octokit, and what it is made of. */
const esm = '@octokit|universal-user-agent|before-after-hook|json-with-bigint|content-type';

module.exports = {
  ...preset,
  transform: { ...preset.transform, [`/node_modules/(${esm})/.+\\.js$`]: Object.values(preset.transform)[0] },
  transformIgnorePatterns: [`/node_modules/(?!(${esm})/)`],
};

// CommonJS, because jest reads presets with require. One transform for every project: swc, no type check (tsc does that).
const path = require('node:path');

const toCommonJs = [
  '@swc/jest',
  { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
];
/** Packages that are ESM only, which jest cannot load as they are: octokit, and what it is made of. */
const esm =
  'p-map|p-retry|is-network-error|@octokit|universal-user-agent|before-after-hook|json-with-bigint|content-type|pixelmatch|@redocly/(openapi-core|config)';

const reporters = ['default', path.join(__dirname, 'tools/setup/suite-times-reporter.cjs')];

/** Jest's settings for a project of this workspace; `name` is the project's name. */
module.exports = (name, root) => ({
  displayName: name,
  rootDir: root,
  testEnvironment: 'node',
  // A machine that is busy with other things is no failure of what is tested: beside end-to-end tests, which these yield to,
  // they take ten times as long. Only what hangs ends by this.
  testTimeout: 180_000,
  reporters,
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  moduleNameMapper: {
    '^@poc/service-host$': path.join(__dirname, 'libs/service-host/src/index.ts'),
    '^@poc/money$': path.join(__dirname, 'libs/money/src/index.ts'),
    '^@poc/plugin$': path.join(__dirname, 'tools/plugin/src/index.ts'),
  },
  transform: {
    '\\.(ts|mjs)$': toCommonJs,
    '\\.yaml$': path.join(__dirname, 'libs/service-host/build/yaml-transform.cjs'),
    [`/node_modules/(${esm})/.+\\.js$`]: toCommonJs,
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esm})/)`],
});

module.exports.reporters = reporters;

/** Settings as those of one project of several in a run, which has some for all of them. */
module.exports.project = ({ reporters: _reporters, maxWorkers: _maxWorkers, ...settings }) => settings;

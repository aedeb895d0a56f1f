// Jest's reporter of how long each suite took: one JSON file a run, in the folder that POC_TEST_TIMES names. Does nothing
// where that is not set, so every project can have it in its settings. CommonJS, because jest requires reporters.
const { mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

module.exports = class SuiteTimesReporter {
  onRunComplete(_contexts, { testResults }) {
    const folder = process.env.POC_TEST_TIMES;
    if (folder === undefined || folder === '') return;
    const suites = testResults.map(({ testFilePath, perfStats, numPassingTests, numFailingTests }) => ({
      file: testFilePath,
      seconds: perfStats.runtime / 1000,
      tests: numPassingTests + numFailingTests,
    }));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${process.pid}.suites.json`), JSON.stringify(suites));
  }
};

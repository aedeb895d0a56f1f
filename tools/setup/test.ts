import { join } from 'node:path';
import {
  buildAct,
  buildGitea,
  installPodman,
  pipelineSchema,
  workflowCheckers,
} from '../local-platform/src/platform.ts';
import { countTests, type TestCount } from './test-count.ts';
import { RecordedTimes } from './recorded-times.ts';
import { runStep } from './run-step.ts';
import { formatTestTimes, type TimedStep } from './test-times.ts';

/**
 * All checks of the repository, in the order in which they tell most for the time they take. While lint, types and unit
 * tests run, the local platform comes up; the end-to-end tests then use it. Every check runs, whatever failed before it,
 * except end-to-end tests without a platform.
 */
const root = join(import.meta.dirname, '..', '..');
const nx = [process.execPath, join(root, 'node_modules/nx/dist/bin/nx.js')] as const;
const tsx = [process.execPath, join(root, 'node_modules/tsx/dist/cli.mjs')] as const;
const jest = [process.execPath, join(root, 'node_modules/jest/bin/jest.js')] as const;
const platform = [...tsx, 'tools/local-platform/src/main.ts'] as const;

const counts: TestCount[] = [];
const recorded = new RecordedTimes(root);
const steps: TimedStep[] = [];
const begun = performance.now();
const secondsSince = (start: number) => (performance.now() - start) / 1000;
recorded.clear();

/** Runs a check, counts its tests and takes its time. */
async function check(title: string, argv: readonly string[]): Promise<boolean> {
  console.log(`\n── ${title}`);
  const start = performance.now();
  const step = `${counts.length + 1}`;
  const { code, output } = await runStep(argv, { cwd: root, echo: true, env: recorded.environment(step) });
  steps.push({ title, seconds: secondsSince(start), parts: recorded.partsOf(step) });
  const count = countTests(output);
  // A check that counts nothing of its own is one test; a runner that broke before it counted is one that failed.
  if (code !== 0 && count.failed === 0) count.failed = 1;
  if (count.passed + count.failed === 0) count.passed = 1;
  counts.push(count);
  return code === 0;
}

const wasRunning = (await runStep([...platform, 'status', '--json'], { cwd: root, echo: false })).code === 0;
const starting = runStep([...platform, 'up'], { cwd: root, echo: false });

await check('subjects of commits', [...tsx, 'tools/setup/commit-subjects.ts']);
await check('lint, types and unit tests', [
  ...nx,
  'run-many',
  '-t',
  'lint',
  'typecheck',
  'test',
  '--output-style=static',
]);

console.log('\n── local platform');
const started = await starting;
console.log(started.output.trimEnd());
if (started.code === 0) {
  await installPodman();
  // Before the tests, not among them: builds take both processors for minutes, where they were not made yet.
  await buildGitea();
  await buildAct();
  await workflowCheckers();
  await pipelineSchema();
  // One after the other: side by side they starve the cluster of two processors, and probes of pods begin to fail.
  await check('adapters against the real engine, registry and cluster', [
    ...jest,
    '-c',
    'tools/plugin/jest.e2e.config.cjs',
  ]);
  const product = [...jest, '-c', 'tools/e2e/jest.config.cjs'];
  await check('the whole product', [...product, '--testPathIgnorePatterns=soak']);
  // Alone: it counts requests that go straight to pods, past the gateway, and kube-proxy is late on a busy machine.
  await check('what it withstands', [...product, 'soak']);
} else {
  counts.push({ passed: 0, failed: 1 });
  console.error('The local platform did not come up, so no end-to-end test could run.');
}
// As it was found: a platform that somebody uses stays up.
if (!wasRunning) {
  await runStep([...platform, 'down'], { cwd: root, echo: false });
  await check('the local platform leaves nothing behind', [...tsx, 'tools/local-platform/e2e/down-leaves-nothing.ts']);
}

const times = { totalSeconds: secondsSince(begun), steps };
recorded.save(times);
console.log(`\n── where the time went (again: npm run test:times)\n\n${formatTestTimes(times, { minimumSeconds: 5 })}`);

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

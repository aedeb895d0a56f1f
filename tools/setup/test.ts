import { join } from 'node:path';
import {
  buildAct,
  buildBuildKit,
  buildExternalSecrets,
  buildGitea,
  buildOasdiff,
  buildSops,
  buildTool,
  installPodman,
  installPrometheus,
  installSigners,
  pipelineSchema,
  workflowCheckers,
} from '../local-platform/src/platform.ts';
import { Checks } from './checks.ts';
import { RecordedTimes } from './recorded-times.ts';
import { runStep } from './run-step.ts';
import { suitesAtLength } from './suites-at-length.ts';
import { endToEndAlone, unitTestsAlone } from './suites-alone.ts';
import { formatTestTimes } from './test-times.ts';

/**
 * The checks of the repository (docs/testing.md), or with `--length` the end-to-end suites that those leave out. Every
 * check runs, whatever failed before it, except end-to-end tests without a platform.
 */
const isAtLength = process.argv.includes('--length');
const root = join(import.meta.dirname, '..', '..');
const nx = [process.execPath, join(root, 'node_modules/nx/dist/bin/nx.js')] as const;
const tsx = [process.execPath, join(root, 'node_modules/tsx/dist/cli.mjs')] as const;
const jest = [process.execPath, join(root, 'node_modules/jest/bin/jest.js')] as const;
const platform = [...tsx, 'tools/local-platform/src/main.ts'] as const;
/** Suites look into the processes, addresses and packet rules of a cluster of the machine itself: docs/local-platform.md. */
const bringUp = [...platform, 'up', '--provider=built'] as const;
const endToEnd = [...jest, '-c', 'jest.e2e.config.cjs'] as const;

const begun = performance.now();
const recorded = new RecordedTimes(root);
recorded.clear();
const checks = new Checks(root, recorded);

const wasRunning = (await runStep([...platform, 'status', '--json'], { cwd: root, echo: false })).code === 0;
const platformUp = bringUpPlatform();
// One after the other: each takes both processors, and is no sooner over beside the other, where what measures time fails.
if (!isAtLength) await testSources();
await testEndToEnd();
// Alone: soak counts requests that go straight to pods, past the gateway, and kube-proxy is late on a busy machine; stores
// counts those that wait for a database's pod to come back, which kubelets take longer for than a request can wait there.
if (!isAtLength && (await platformUp)) {
  // The API server is restarted there. On a platform of two hours that lost requests and kept a lock; on new ones it has not.
  if (!wasRunning) await runStep([...platform, 'down'], { cwd: root, echo: false });
  if (!wasRunning) await runStep(bringUp, { cwd: root, echo: false });
  await checks.run('what it withstands', [...endToEnd, '--runInBand', 'e2e/src/deploy/(soak|stores)'], { alone });
}
// As it was found: a platform that somebody uses stays up.
if (!wasRunning) {
  await runStep([...platform, 'down'], { cwd: root, echo: false });
  const script = 'tools/local-platform/e2e/down-leaves-nothing.ts';
  await checks.run('the local platform leaves nothing behind', [...tsx, script]);
}

const times = { totalSeconds: (performance.now() - begun) / 1000, steps: checks.steps };
recorded.save(times);
console.log(`\n── where the time went (again: npm run test:times)\n\n${formatTestTimes(times, { minimumSeconds: 5 })}`);

const { passed, failed } = checks.count;
// Last, because that is what a CI shows of a long log.
const { unsteadyTests } = checks;
if (unsteadyTests.length > 0)
  console.log(`\n── what failed beside others and passed alone\n\n${unsteadyTests.join('\n')}`);
if (failed > 0) console.log(`\n── what failed\n\n${checks.failures.join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Brings up the platform, and makes what suites need besides. @returns whether there is a platform. */
async function bringUpPlatform(): Promise<boolean> {
  // What the demo leaves in the cluster must not disturb tests. Where somebody uses the platform, it would replace what
  // runs there.
  if (!wasRunning && !isAtLength) {
    await runStep([...bringUp, '--minimal'], { cwd: root, echo: false });
    await checks.run('npm run demo', [...tsx, 'tools/demo/src/main.ts'], { printAtEnd: true });
  }
  const { code, output } = await runStep(bringUp, { cwd: root, echo: false });
  console.log(`\n── local platform\n${output.trimEnd()}`);
  if (code !== 0) {
    checks.fail('The local platform did not come up, so no end-to-end test could run.');
    return false;
  }
  await installPodman();
  await installPrometheus();
  // Before the tests, not among them: builds take both processors for minutes, where they were not made yet.
  await buildGitea();
  await buildAct();
  await buildOasdiff();
  for (const tool of ['kustomize', 'helm3', 'helm4'] as const) await buildTool(tool);
  if (isAtLength) {
    await installSigners();
    await buildBuildKit();
    await buildSops();
    await buildExternalSecrets();
  }
  await workflowCheckers();
  await pipelineSchema();
  return true;
}

async function testSources(): Promise<void> {
  await checks.run('subjects of commits', [...tsx, 'tools/setup/commit-subjects.ts']);
  const targets = ['lint', 'typecheck', 'test'];
  const argv = [...nx, 'run-many', '-t', ...targets, '--output-style=static'];
  await checks.run('lint, types and unit tests', argv, {
    yields: true,
    alone: (output) => withJest(unitTestsAlone(output, root)),
  });
  // Its scanner is built like the platform, which needs the same compiler: not at the same time.
  await platformUp;
  await checks.run('secrets in the repository', [...tsx, 'tools/setup/secret-scan.ts']);
}

async function testEndToEnd(): Promise<void> {
  if (!(await platformUp)) return;
  const others = [...suitesAtLength, 'e2e/src/deploy/(soak|stores)'].map((each) => `--testPathIgnorePatterns=${each}`);
  const argv = [...endToEnd, ...(isAtLength ? ['--runTestsByPath', ...suitesAtLength] : others)];
  await checks.run('adapters and the whole product, for real', argv, { printAtEnd: true, alone });
}

/** Returns the command that runs failed end-to-end suites by themselves, one after the other. */
function alone(output: string): readonly string[] | undefined {
  return withJest(endToEndAlone(output));
}

function withJest(args: readonly string[] | undefined): readonly string[] | undefined {
  return args && [...jest, ...args];
}

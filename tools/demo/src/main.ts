import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeDatabasePasswords } from './database-passwords.ts';
import { DemoStopped, read, show } from './run-process.ts';
import { scratchClone, type PlatformAddresses } from './scratch-clone.ts';
import { SimulatedDoor } from './simulated-door.ts';
import { statusTable } from './status-table.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const platform = [process.execPath, join(root, 'node_modules/tsx/dist/cli.mjs'), 'tools/local-platform/src/main.ts'];
const nx = [process.execPath, join(root, 'node_modules/nx/dist/bin/nx.js')];

/** An order is paid for, and the charge is kept. */
const services = ['orders', 'payments', 'payments-database'];

/** Brings up the local platform, releases services to it and shows what came of it. */
async function demo(): Promise<void> {
  title('1. A registry and a Kubernetes cluster on this machine');
  await show([...platform, 'up', '--minimal'], { cwd: root });
  const status = await read([...platform, 'status', '--json'], { cwd: root });
  const found = JSON.parse(status) as PlatformAddresses & { kubeconfig: string; binaries: string };
  const { kubeconfig, gateway, binaries } = found;

  const { folder, leavesChangesOut, putAside } = await scratchClone(root, found);
  await makeDatabasePasswords(join(binaries, 'kubectl'), kubeconfig, 'preprod');
  title(`2. Releasing orders, payments and its database to preprod, from a clone of this repository:\n   ${folder}`);
  if (leavesChangesOut) console.log('   (Changes that you have not committed are not part of it.)');
  if (putAside !== undefined) console.log(`   (Put aside there, from before: ${putAside}.)`);
  const inClone = { cwd: folder, env: { KUBECONFIG: kubeconfig, NX_TUI: 'false' } };
  // Those who keep something in it come after it.
  await show([...nx, 'run', 'payments-database:release'], inClone);
  await show([...nx, 'run-many', '-t', 'release', '-p', 'orders', 'payments'], inClone);

  title('3. Calling both through the cluster');
  await call('POST', `${gateway}/orders`, { item: 'tea', quantity: 2, unitPrice: '3.50' });
  await call('GET', `${gateway}/payments/healthz/ready`);

  title('4. Publishing orders at a public door: a simulator of Azure API Management, which leads to the cluster');
  const door = await SimulatedDoor.open(folder);
  try {
    const env = { ...inClone.env, ...door.env };
    await show([...nx, 'run', 'orders:api-publish', '--env=preprod'], { cwd: folder, env });
    const order = { item: 'tea', quantity: 1, unitPrice: '3.50' };
    const { status, body } = await door.post('/orders', order);
    tell(`POST ${door.url}/orders ${JSON.stringify(order)}`, status, JSON.stringify(body));
  } finally {
    await door.close();
  }

  title('5. What runs where');
  const said = await read([...nx, 'run-many', '-t', 'status', '-p', ...services, '--env=preprod', '--json'], inClone);
  console.log(statusTable(said).join('\n'));

  title('Try next');
  console.log(`   cd ${folder}
   npx nx run orders:status                                   # which code runs where
   npx nx run local-platform:up                               # adds network policies, load balancers and the Python image
   npx nx g @poc/plugin:service shipping                      # a new service; commit and push it, then: npx nx run shipping:release
   npx nx affected -t release --base=HEAD~1                   # after a push: releases what it changed, and nothing else
`);
}

function title(text: string): void {
  console.log(`\n── ${text}\n`);
}

/** A service that is new to the cluster is known to all of it a moment after its pods are ready. */
const mostAttempts = 10;

/** Calls a service and shows the answer. @throws {DemoStopped} when there is none, or it is not a good one. */
async function call(method: string, url: string, json?: unknown): Promise<void> {
  const request =
    json === undefined
      ? { method }
      : { method, body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
  for (let attempt = 1; ; attempt++) {
    const { status, text } = await fetch(url, { ...request, signal: AbortSignal.timeout(10_000) }).then(
      async (answer) => ({ status: answer.status, text: await answer.text() }),
      (error: Error) => ({ status: undefined, text: `no answer: ${error.message}` }),
    );
    if ((status === undefined || status >= 500) && attempt < mostAttempts) {
      await pause(1000);
      continue;
    }
    return tell(`${method} ${url}${json === undefined ? '' : ` ${JSON.stringify(json)}`}`, status, text);
  }
}

/** Shows a call and its answer. @throws {DemoStopped} when it is not a good one. */
function tell(called: string, status: number | undefined, text: string): void {
  console.log(`   ${called}\n   → ${status ?? ''} ${text}`);
  if (status === undefined || status >= 300) throw new DemoStopped(`${called} did not answer as expected.`, 1);
}

try {
  await demo();
} catch (error) {
  if (!(error instanceof DemoStopped)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}

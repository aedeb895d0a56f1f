import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { InspectorClient } from '../../../scratch-workspace/src/clients/inspector-client.ts';
import { kubectl } from '../../../scratch-workspace/src/platform.ts';
import type { RunningCommand } from '../../../scratch-workspace/src/run-command.ts';
import { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';

let workspace: ScratchWorkspace;
/** Runs that a test has begun. */
const runs: DevRun[] = [];

beforeAll(async () => {
  // Forwards ports and swaps pods, which developers may and deployers may not (docs/dev.md).
  workspace = await ScratchWorkspace.create('dev', { account: 'administrator' });
  await workspace.nxSuccessfully(['run', 'payments:release', '--env=dev']);
});
afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.stop()));
});
afterAll(() => workspace.remove());

/** Milliseconds that a save may take until it is answered: 2 s, and more where other suites run beside this one. */
const longestReload = 6000;
const order = { item: 'tea', quantity: 2, unitPrice: '1.50' };

/** `nx run SERVICE:dev` in a terminal. */
class DevRun {
  private readonly command: RunningCommand;

  private constructor(command: RunningCommand) {
    this.command = command;
  }

  static async start(service: string, ...args: string[]): Promise<DevRun> {
    const run = new DevRun(await workspace.startNx(['run', `${service}:dev`, ...args]));
    runs.push(run);
    await run.until(/ready in \d/);
    return run;
  }

  get output(): string {
    return this.command.soFar();
  }

  /** Waits for a text, and says how often it is there. */
  async until(text: RegExp, times = 1): Promise<void> {
    const all = new RegExp(text, 'g');
    const ended = this.command.ended.then(() => 'ended');
    while ((this.output.match(all)?.length ?? 0) < times) {
      const state = await Promise.race([ended, pause(20)]);
      if (state === 'ended') throw new Error(`It ended before it said ${text}:\n${this.output}`);
    }
  }

  get port(): number {
    return Number(/requests\s+http:\/\/127\.0\.0\.1:(\d+)/.exec(this.output)?.[1]);
  }

  get inspectPort(): number {
    return Number(/debugger\s+127\.0\.0\.1:(\d+)/.exec(this.output)?.[1]);
  }

  async post(path: string, json: object): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(json),
    });
    return { status: answer.status, body: await answer.json() };
  }

  /** Presses Ctrl-C, and waits until it has ended. */
  async stop(): Promise<void> {
    this.command.end('SIGINT');
    await this.command.ended;
  }
}

/** Processes that run in the workspace. */
function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(workspace.folder) && !line.includes('executor-host') ? [line] : [];
      } catch {
        return [];
      }
    });
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ port, host: '127.0.0.1' });
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
    probe.once('connect', () => probe.destroy());
  });
}

const devPods = () =>
  kubectl(['get', 'pods', `--namespace=${workspace.namespace('dev')}`, '--selector=poc.dev/dev-of', '--output=name']);

/** Expects that a run which has ended has left nothing. */
async function expectNothingLeft(...ports: number[]): Promise<void> {
  expect(processes()).toEqual([]);
  expect(await Promise.all(ports.map(isListening))).toEqual(ports.map(() => false));
  const folder = join(workspace.folder, '.nx/dev');
  expect(existsSync(folder) ? readdirSync(folder, { recursive: true }) : []).toEqual([]);
  expect(await devPods()).toBe('');
}

/** Saves the source that answers to an unknown order, so that it says something else. */
function save(text: string): void {
  const wanted = /There is no order.*?(?=\$\{)/;
  const names = readdirSync(join(workspace.folder, 'apps/orders/src')).filter((name) => !name.includes('.spec.'));
  const name = names.find((each) => wanted.test(workspace.read(`apps/orders/src/${each}`)));
  workspace.edit(`apps/orders/src/${name}`, wanted, `There is no order ${text} `);
}

/** Returns where the bundle answers so. */
function answerPlace(): { url: string; lineNumber: number; columnNumber: number } {
  const file = join(workspace.folder, '.nx/dev/orders/dist/main.cjs');
  const bundle = readFileSync(file, 'utf8');
  const before = bundle.slice(0, bundle.search(/throw new \w+\(404, ?"order-not-found"/)).split('\n');
  return { url: pathToFileURL(file).href, lineNumber: before.length - 1, columnNumber: before.at(-1)!.length };
}

/** Asks until the answer holds a text. @returns milliseconds. */
async function untilAnswered({ port }: DevRun, text: string): Promise<number> {
  const begun = Date.now();
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/1`);
    if ((await answer.text()).includes(text)) return Date.now() - begun;
    await pause(20);
  }
}

it('reloads on save under a debugger that stays, calls its neighbour in the cluster, and leaves nothing', async () => {
  const run = await DevRun.start('orders');
  await run.until(/payments: in dev/);
  expect((await run.post('/', order)).status).toBe(201);

  const client = await InspectorClient.connect(run.inspectPort);
  await client.send('Runtime.enable');
  await client.next('Runtime.executionContextCreated');
  await client.send('Debugger.enable');
  await client.send('Debugger.setBreakpointByUrl', answerPlace());
  expect(run.output).not.toContain('reloaded');
  const reloads: number[] = [];
  for (const text of ['first', 'second']) {
    save(text);
    const begun = Date.now();
    await client.next('Runtime.executionContextsCleared');
    const answer = fetch(`http://127.0.0.1:${run.port}/1`);
    await client.next('Debugger.paused');
    reloads.push(Date.now() - begun);
    await client.send('Debugger.resume');
    expect(await (await answer).text()).toContain(`no order ${text} 1`);
  }
  expect(client.isClosed).toBe(false);
  client.close();
  save('third');
  reloads.push(await untilAnswered(run, 'third'));
  console.log(`reloads: ${reloads.join(', ')} ms`);
  expect(Math.max(...reloads)).toBeLessThan(longestReload);

  workspace.edit('apps/orders/src/order.ts', /^/, 'const = ;');
  await run.until(/cannot be bundled/);
  expect(await (await fetch(`http://127.0.0.1:${run.port}/1`)).text()).toContain('third');
  workspace.edit('apps/orders/src/order.ts', 'const = ;', '');
  const { port, inspectPort } = run;
  await run.stop();
  await expectNothingLeft(port, inspectPort);
});

it('calls a neighbour on this machine while it runs, and says when it does not', async () => {
  const payments = await DevRun.start('payments');
  const orders = await DevRun.start('orders', '--inspect=false');
  await orders.until(new RegExp(`payments: on this machine, port ${payments.port}`));
  expect((await orders.post('/', order)).status).toBe(201);
  await payments.until(/"path":"\/charges"/);
  expect(orders.inspectPort).toBeNaN();

  await payments.stop();
  expect((await orders.post('/', order)).status).toBe(201);
  expect(orders.output).toContain('payments: in dev');
  await orders.stop();
  await expectNothingLeft(orders.port);
});

it('runs in a pod of the environment, with reload and debugger', async () => {
  const run = await DevRun.start('payments', '--in-cluster');
  expect(await devPods()).not.toBe('');
  const client = await InspectorClient.connect(run.inspectPort);
  const hostname = async () => {
    const expression = "process.getBuiltinModule?.('node:os').hostname() ?? process.env.HOSTNAME";
    const { result } = await client.send('Runtime.evaluate', { expression });
    return (result?.['result'] as { value?: string }).value;
  };
  expect(await hostname()).toMatch(/^payments-dev-/);
  workspace.edit('apps/payments/src/main.ts', /$/, '\n// saved\n');
  await run.until(/reloaded in \d/);
  expect(await hostname()).toMatch(/^payments-dev-/);
  expect(client.isClosed).toBe(false);
  const charge = { key: 'k', amountInCents: 100, currency: 'EUR' };
  expect((await run.post('/charges', charge)).status).not.toBe(404);
  const { port, inspectPort } = run;
  await run.stop();
  await expectNothingLeft(port, inspectPort);
});

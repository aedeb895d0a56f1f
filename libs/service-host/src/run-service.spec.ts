import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const folder = mkdtempSync(join(tmpdir(), 'run-service-'));
const bundle = join(folder, 'main.cjs');

beforeAll(() => {
  const entry = join(folder, 'main.ts');
  writeFileSync(
    entry,
    `import { runService } from ${JSON.stringify(join(__dirname, 'run-service.ts'))};
     void runService({ name: 'sample', routes: [], drain: { lingerMs: 300, budgetMs: 1000 } });`,
  );
  const options = ['--bundle', '--platform=node', `--outfile=${bundle}`, '--log-level=error'];
  execFileSync(require.resolve('esbuild/bin/esbuild'), [entry, ...options]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the service as a process of its own, as a container does. */
function run(port: string) {
  const child = spawn(process.execPath, [bundle], {
    env: { ...process.env, PORT: port },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    nextMessage: async () => JSON.parse((await lines.next()).value as string) as Record<string, unknown>,
    exit: once(child, 'exit'),
  };
}

describe('runService', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('listens, and on %s drains and ends', async (signal) => {
    const { child, nextMessage, exit } = run('0');
    const listening = await nextMessage();
    expect(listening).toMatchObject({ level: 'info', message: 'listening', service: 'sample' });
    expect((await fetch(`http://127.0.0.1:${String(listening['port'])}/healthz/ready`)).status).toBe(200);
    child.kill(signal);
    expect(await nextMessage()).toMatchObject({ message: 'draining', signal });
    expect(await nextMessage()).toMatchObject({ message: 'drained' });
    expect(await exit).toEqual([0, null]);
  });

  it.each(['http', '70000', '-1'])('refuses the port %j', async (port) => {
    const { nextMessage, exit } = run(port);
    expect(JSON.stringify(await nextMessage())).toContain('PORT must be a number from 0 to 65535');
    expect(await exit).toEqual([1, null]);
  });
});

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
     const description = { openapi: '3.1.0', paths: {} };
     void runService({ name: 'sample', description, operations: process.env.WRONG ? { surplus: () => {} } : {}, drain: { lingerMs: 300, budgetMs: 1000 } });`,
  );
  const options = ['--bundle', '--platform=node', `--outfile=${bundle}`, '--log-level=error'];
  execFileSync(require.resolve('esbuild/bin/esbuild'), [entry, ...options]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the service as a process of its own, as a container does. */
function run(environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [bundle], {
    env: { ...process.env, PORT: '0', METRICS_PORT: '0', ...environment },
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
    const { child, nextMessage, exit } = run({});
    const listening = await nextMessage();
    expect(listening).toMatchObject({ level: 'info', message: 'listening', service: 'sample' });
    expect((await fetch(`http://127.0.0.1:${String(listening['port'])}/healthz/ready`)).status).toBe(200);
    const metrics = `http://127.0.0.1:${String(listening['metricsPort'])}`;
    child.kill(signal);
    expect(await nextMessage()).toMatchObject({ message: 'draining', signal });
    expect((await fetch(`${metrics}/metrics`)).status).toBe(200);
    expect(await nextMessage()).toMatchObject({ message: 'drained' });
    expect(await exit).toEqual([0, null]);
  });

  it.each(['http', '70000', '-1'])('refuses the port %j', async (port) => {
    const { nextMessage, exit } = run({ PORT: port });
    expect(JSON.stringify(await nextMessage())).toContain('PORT must be a number from 0 to 65535');
    expect(await exit).toEqual([1, null]);
  });

  it('refuses a bad port for metrics', async () => {
    const { nextMessage, exit } = run({ METRICS_PORT: 'x' });
    expect(JSON.stringify(await nextMessage())).toContain('METRICS_PORT must be a number from 0 to 65535');
    expect(await exit).toEqual([1, null]);
  });

  it('does not start when description and service disagree', async () => {
    const { nextMessage, exit } = run({ WRONG: '1' });
    const line = await nextMessage();
    expect([line['level'], line['message'], JSON.stringify(line)]).toEqual([
      'error',
      'could not start',
      expect.stringContaining('\\"surplus\\" has a handler, but no operation of the description has this operationId.'),
    ]);
    expect(await exit).toEqual([1, null]);
  });

  it('serves metrics on a port of their own, labelled with the build, and nowhere else', async () => {
    const { child, nextMessage, exit } = run({ BUILD_NUMBER: '20261124-1', COMMIT: '1a2b3c4' });
    const { port, metricsPort } = await nextMessage();
    const service = `http://127.0.0.1:${String(port)}`;
    expect((await fetch(`${service}/`)).status).toBe(200);
    expect((await fetch(`${service}/healthz/live`)).status).toBe(200);
    expect((await fetch(`${service}/metrics`)).status).toBe(404);
    const answer = await fetch(`http://127.0.0.1:${String(metricsPort)}/metrics`);
    const text = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
    const build = 'build_number="20261124-1",commit="1a2b3c4"';
    const count = (labels: string) => `http_server_request_duration_seconds_count{${build},${labels}} 1`;
    expect(text).toContain(count('http_request_method="GET",http_route="/",http_response_status_code="200"'));
    expect(text).toContain(count('http_request_method="GET",http_route="",http_response_status_code="404"'));
    expect(text).not.toContain('healthz');
    expect(text).toMatch(new RegExp(`^process_cpu_seconds_total{${build}} `, 'm'));
    expect(text).toMatch(new RegExp(`^nodejs_eventloop_lag_seconds{${build}} `, 'm'));
    expect((await fetch(`http://127.0.0.1:${String(metricsPort)}/`)).status).toBe(404);
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WebSocket } from 'ws';
import { InspectorClient } from '../../../../scratch-workspace/src/clients/inspector-client.ts';
import { LocalMachine } from './local-machine.ts';
import type { InspectorRelay, RunningService } from '../../ports/dev/dev-machine.ts';

const anyPort = { port: 0, isExact: true };

let folder: string;
let relay: InspectorRelay;
let service: RunningService;
/** What happened to the service, as it is told. */
let told: string[];

/** A service that answers with a text. Line 4 is where a breakpoint is set. */
const source = (text: string, before = '') => `${before}
const http = require('node:http');
const server = http.createServer((request, response) => {
  response.end(${JSON.stringify(text)});
});
server.listen(process.env.PORT, '127.0.0.1');
`;

const write = (text: string) => writeFileSync(join(folder, 'main.cjs'), text);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'poc-relay-'));
  told = [];
  write(source('first'));
  const machine = new LocalMachine(folder, 'orders');
  relay = await machine.inspector(anyPort, 'orders');
  const command = { argv: [join(folder, 'main.cjs')], cwd: folder, variables: {} };
  service = await machine.startNode(
    command,
    { port: anyPort, isInspected: true },
    {
      onLine: (line) => told.push(line),
      onReady: () => told.push('ready'),
      onEnded: (how, goesOn) => told.push(`${how}, ${goesOn ? 'goes on' : 'none'}`),
      onInspector: (url) => void relay.attach(url),
    },
  );
});

afterEach(async () => {
  await service.stop();
  relay.close();
  rmSync(folder, { recursive: true, force: true });
});

/** @param agent keeps its connection; one of its own when omitted. */
function get(agent: Agent | false = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ port: service.port, host: '127.0.0.1', agent }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.on('end', () => resolve(body));
    });
    call.on('error', reject).end();
  });
}

/** Waits until something has been told as often as that. */
async function untilTold(text: string, times = 1): Promise<void> {
  while (told.filter((each) => each.includes(text)).length < times)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

it('stops at a breakpoint before and after a reload, on one connection', async () => {
  service.reload();
  await untilTold('ready');
  const client = await InspectorClient.connect(relay.port);
  await client.send('Runtime.enable');
  await client.send('Debugger.enable');
  const at = { lineNumber: 3, url: pathToFileURL(join(folder, 'main.cjs')).href };
  const { result } = await client.send('Debugger.setBreakpointByUrl', at);

  for (const text of ['first', 'second', 'third']) {
    if (text !== 'first') {
      write(source(text));
      service.reload();
      await client.next('Runtime.executionContextsCleared');
      await client.next('Runtime.executionContextCreated');
    }
    const answer = get();
    const { params } = await client.next('Debugger.paused');
    expect(params?.['hitBreakpoints']).toEqual([result?.['breakpointId']]);
    await client.send('Debugger.resume');
    expect(await answer).toBe(text);
  }
  expect(client.isClosed).toBe(false);
  client.close();
});

it('stops in what runs while the next process starts', async () => {
  service.reload();
  await untilTold('ready');
  const client = await InspectorClient.connect(relay.port);
  await client.send('Debugger.enable');
  const at = { lineNumber: 0, url: pathToFileURL(join(folder, 'main.cjs')).href };
  await client.send('Debugger.setBreakpointByUrl', at);
  write(source('second', 'globalThis.started = true;'));
  service.reload();
  await client.next('Debugger.paused');
  const answer = get();
  await client.send('Debugger.resume');
  expect(await answer).toBe('second');
  client.close();
});

it('takes up the process before when the next one ends at once, and answers what is open', async () => {
  service.reload();
  await untilTold('ready');
  const client = await InspectorClient.connect(relay.port);
  await client.send('Runtime.enable');
  write('throw new Error("broken");');
  const open = client.send('Runtime.evaluate', { expression: 'new Promise(() => {})', awaitPromise: true });
  service.reload();
  expect((await open).error).toEqual({ code: -32000, message: 'The process was replaced' });
  await untilTold('ended with exit code 1, goes on');
  expect(await get()).toBe('first');
  const { result } = await client.send('Runtime.evaluate', { expression: '1 + 1' });
  expect(result).toEqual({ result: expect.objectContaining({ value: 2 }) as unknown });
  client.close();
});

it('forgets a breakpoint that was removed', async () => {
  service.reload();
  await untilTold('ready');
  const client = await InspectorClient.connect(relay.port);
  await client.send('Debugger.enable');
  const at = { lineNumber: 3, url: pathToFileURL(join(folder, 'main.cjs')).href };
  const { result } = await client.send('Debugger.setBreakpointByUrl', at);
  await client.send('Debugger.removeBreakpoint', { breakpointId: result?.['breakpointId'] });
  service.reload();
  await untilTold('ready', 2);
  expect(await get()).toBe('first');
  client.close();
});

it('loses no request while processes are replaced', async () => {
  service.reload();
  await untilTold('ready');
  const answers: Promise<string>[] = [];
  const sending = setInterval(() => answers.push(get()), 5);
  for (let reload = 1; reload <= 3; reload++) {
    service.reload();
    await untilTold('ready', reload + 1);
  }
  clearInterval(sending);
  expect(answers.length).toBeGreaterThan(10);
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['first']));
});

it('answers a kept connection by the new process, as soon as the sources are saved', async () => {
  service.reload();
  await untilTold('ready');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect(await get(agent)).toBe('first');
  write(source('second'));
  service.reload();
  expect(await get(agent)).toBe('second');
  expect(await get(agent)).toBe('second');
  write(source('third'));
  service.reload();
  await untilTold('ready', 3);
  expect(await get(agent)).toBe('third');
  agent.destroy();
});

it('lets nobody in who does not know the address that it gives', async () => {
  const open = (path: string, host: string) =>
    new Promise<boolean>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${relay.port}${path}`, { headers: { host } });
      socket.once('open', () => resolve(true)).once('error', () => resolve(false));
      socket.once('open', () => socket.terminate());
    });
  const list = await (await fetch(`http://127.0.0.1:${relay.port}/json/list`)).json();
  const { id } = (list as { id: string }[])[0]!;
  expect(await open(`/${id}`, 'localhost')).toBe(true);
  expect(await open(`/${id}`, 'evil.example')).toBe(false);
  expect(await open('/', 'localhost')).toBe(false);
});

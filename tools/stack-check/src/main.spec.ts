import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeAnswer } from './http/answer.ts';
import { isLossless, wholeLoad } from './points/drain.ts';
import { isRequestLine } from './points/log.ts';
import { hasRoute, samplesWithoutRelease } from './points/metrics.ts';
import { Points } from './points.ts';
import { differences, ServiceClone, sumsOf, warningIn } from './service-clone.ts';
import { dotnet } from './stacks/dotnet.ts';
import { stackOf } from './stacks/stacks.ts';

const root = join(__dirname, '..', '..', '..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stack-check-spec-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a service whose target `build` is this command. */
function serviceWith(command: string): void {
  mkdirSync(join(folder, 'apps/billing'), { recursive: true });
  const project = { targets: { build: { options: { command } } } };
  writeFileSync(join(folder, 'apps/billing/project.json'), JSON.stringify(project));
}

describe('the command', () => {
  const run = (...args: string[]) =>
    spawnSync(
      process.execPath,
      [join(root, 'node_modules/tsx/dist/cli.mjs'), 'tools/stack-check/src/main.ts', ...args],
      {
        cwd: root,
        encoding: 'utf8',
        // Without an SDK, wherever it runs.
        env: { ...process.env, PATH: folder },
      },
    );

  it('is refused without an SDK, and says how to get one', () => {
    serviceWith('true');
    writeFileSync(join(folder, 'apps/billing/Billing.csproj'), '');
    const { status, stderr } = run(folder);
    expect(stderr).toBe(
      'stack-check: there is no .NET SDK that suits the workspace\n  hint: install .NET SDK 10, or run this where there is one\n',
    );
    expect(status).toBe(2);
  });

  it('is refused for a service of no stack that it knows', () => {
    serviceWith('true');
    const { status, stderr } = run(folder);
    expect(stderr).toContain('billing is of no stack that can be checked');
    expect(status).toBe(2);
  });

  it('is refused without a service', () => {
    const { status, stderr } = run(folder, 'shipping');
    expect(stderr).toContain(`there is no service shipping in ${folder}`);
    expect(status).toBe(2);
  });
});

it('runs a target as a CI does, and reports its failure or its warning', async () => {
  const service = new ServiceClone(folder, 'billing');
  serviceWith('test "$CI" = true && cd {projectRoot} && mkdir dist && echo built > dist/a');
  expect(await service.run('build')).toBe('');
  expect([...sumsOf(service.dist).keys()]).toEqual(['a']);
  serviceWith('echo one; echo two >&2; exit 3');
  expect(await service.run('build')).toMatch(/^(one \| two|two \| one)$/);
  expect(await service.run('lint')).toBe('it has no command');
  serviceWith('echo "x.csproj : warning NU1603: depends on 18.0.0"');
  expect(await service.run('build')).toBe('warning NU1603: depends on 18.0.0');
  expect(warningIn('0 Warning(s)')).toBeUndefined();
});

it.each([
  ['go.mod', 'go'],
  ['requirements.lock', 'python'],
  ['Billing.csproj', 'dotnet'],
  ['src/main.ts', 'node'],
  ['src/malformed.ts', 'node-alone'],
])('knows a stack by its %s', (file, name) => {
  expect(stackOf(folder)).toBeUndefined();
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, file), '');
  expect(stackOf(folder)?.name).toBe(name);
});

it('compares builds by every file', () => {
  const one = new Map(Object.entries({ 'a.dll': '1', 'b.dll': '2', 'c.dll': '3' }));
  const other = new Map(Object.entries({ 'a.dll': '1', 'b.dll': '9', 'd.dll': '4' }));
  expect(differences(one, other)).toEqual(['b.dll', 'c.dll', 'd.dll']);
});

it('knows what is foreign in a build', () => {
  const own = ['Billing.dll', 'Billing.pdb', 'Billing.deps.json', 'Billing.runtimeconfig.json', 'appsettings.json'];
  const foreign = ['project.json', 'packages.lock.json', 'global.json', 'web.config', 'Stale.dll'];
  const clone = new ServiceClone(folder, 'billing');
  expect([...own, ...foreign].filter((path) => dotnet.isForeign(path, clone))).toEqual(foreign);
});

describe('a line of log', () => {
  const line = {
    ...{ time: '2026-11-27T11:00:00.000Z', level: 'info', message: 'request', service: 'billing', requestId: 'a' },
    ...{
      traceId: '0af7651916cd43dd8448eb211c80319c',
      method: 'GET',
      path: '/greetings/Ada',
      status: 200,
      durationMs: 1,
    },
  };
  it('has all fields', () => expect(isRequestLine(JSON.stringify(line), 'a')).toBe(true));
  it.each(Object.keys(line))('must have its %s', (field) =>
    expect(isRequestLine(JSON.stringify({ ...line, [field]: undefined }), 'a')).toBe(false),
  );
  it('must be JSON', () => expect(isRequestLine('info: request', 'a')).toBe(false));
});

it('wants metrics by route, each with its release', () => {
  const labels = 'build_number="20261127-1",commit="1a2b3c4"';
  const count = `http_server_request_duration_seconds_count{${labels},http_request_method="GET",http_response_status_code="200",http_route="/greetings/{name}"} 7`;
  expect(hasRoute(`# TYPE x histogram\n${count}\n`)).toBe(true);
  expect(hasRoute(count.replace('/greetings/{name}', '/greetings/Ada'))).toBe(false);
  expect(samplesWithoutRelease(`# HELP x\n${count}\n\nother{commit="1a2b3c4"} 1\n`)).toEqual([
    'other{commit="1a2b3c4"} 1',
  ]);
});

it('waits for the whole of an answer', () => {
  const head = 'HTTP/1.1 200 OK\r\n';
  expect(takeAnswer(`${head}Content-Length: 2\r\n`)).toBeUndefined();
  expect(takeAnswer(`${head}Content-Length: 2\r\n\r\na`)).toBeUndefined();
  const whole = takeAnswer(`${head}Content-Length: 2\r\nConnection: close\r\n\r\nabHTTP/`);
  expect(whole).toMatchObject({ answer: { status: 200, body: 'ab' }, rest: 'HTTP/' });
  expect(whole?.answer.headers.get('connection')).toBe('close');
  expect(takeAnswer(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n`)).toBeUndefined();
  const chunks = takeAnswer(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nrest`);
  expect(chunks).toMatchObject({ answer: { body: 'ab' }, rest: 'rest' });
  expect(takeAnswer(`${head}Content-Length: 2\r\n\r\n`, true)).toMatchObject({ answer: { body: '' }, rest: '' });
  expect(takeAnswer(`HTTP/1.1 100 Continue\r\n\r\n${head}Content-Length: 0\r\n\r\n`)?.answer.status).toBe(200);
});

it('finds a drain lossless when nothing was lost, refused or cut', () => {
  const ending = { code: 0, signal: null, at: 0 };
  const drained = { answered: 90_000, lost: 0, told: 67, refused: 0, ending, milliseconds: 8800 };
  expect(isLossless(drained, wholeLoad)).toBe(true);
  const spoilt = [
    { lost: 1 },
    { refused: 1 },
    { told: 60 },
    { milliseconds: 2000 },
    { ending: { ...ending, code: 1 } },
  ];
  for (const each of spoilt) expect(isLossless({ ...drained, ...each }, wholeLoad)).toBe(false);
});

it('counts the points that fall short', () => {
  const lines: string[] = [];
  const points = new Points((line) => lines.push(line));
  points.add('lint', true);
  expect(points.conclude()).toBe(0);
  points.add('test', false, 'one | two');
  expect(points.conclude()).toBe(1);
  expect(lines).toEqual(['ok   lint', 'all hold', 'FAIL test: one | two', '1 fall short']);
});

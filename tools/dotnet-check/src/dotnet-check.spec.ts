import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLossless, wholeAnswer } from './drain-load.ts';
import { hasRoute, isRequestLine, samplesWithoutRelease } from './observation.ts';
import { Points } from './points.ts';
import { differences, foreignFiles, ServiceClone, sumsOf, warningIn } from './service-clone.ts';

const root = join(__dirname, '..', '..', '..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dotnet-check-spec-'));
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
      [join(root, 'node_modules/tsx/dist/cli.mjs'), 'tools/dotnet-check/src/main.ts', ...args],
      {
        cwd: root,
        encoding: 'utf8',
        // Without an SDK, wherever it runs.
        env: { ...process.env, PATH: folder },
      },
    );

  it('is refused without an SDK, and says how to get one', () => {
    serviceWith('true');
    const { status, stderr } = run(folder);
    expect(stderr).toBe(
      'dotnet-check: there is no .NET SDK that suits the workspace\n  hint: install .NET SDK 10, or run this where there is one\n',
    );
    expect(status).toBe(2);
  });

  it('is refused without a service', () => {
    const { status, stderr } = run(folder, 'shipping');
    expect(stderr).toContain(`there is no service shipping in ${folder}`);
    expect(status).toBe(2);
  });
});

it('runs a target as a CI does, and reports its failure or its warning', () => {
  const service = new ServiceClone(folder, 'billing');
  serviceWith('test "$CI" = true && mkdir dist && echo built > dist/a');
  expect(service.run('build')).toBe('');
  expect([...sumsOf(service.dist).keys()]).toEqual(['a']);
  serviceWith('echo one; echo two >&2; exit 3');
  expect(service.run('build')).toBe('one | two');
  expect(service.run('lint')).toBe('it has no command');
  serviceWith('echo "x.csproj : warning NU1603: depends on 18.0.0"');
  expect(service.run('build')).toBe('warning NU1603: depends on 18.0.0');
  expect(warningIn('0 Warning(s)')).toBeUndefined();
});

it('compares builds by every file', () => {
  const one = new Map(Object.entries({ 'a.dll': '1', 'b.dll': '2', 'c.dll': '3' }));
  const other = new Map(Object.entries({ 'a.dll': '1', 'b.dll': '9', 'd.dll': '4' }));
  expect(differences(one, other)).toEqual(['b.dll', 'c.dll', 'd.dll']);
});

it('knows what is foreign in a build', () => {
  const own = ['Billing.dll', 'Billing.pdb', 'Billing.deps.json', 'Billing.runtimeconfig.json', 'appsettings.json'];
  const foreign = ['project.json', 'packages.lock.json', 'global.json', 'web.config', 'Stale.dll'];
  expect(foreignFiles([...own, ...foreign])).toEqual(foreign);
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
  it('has all fields', () => expect(isRequestLine(JSON.stringify(line))).toBe(true));
  it.each(Object.keys(line))('must have its %s', (field) =>
    expect(isRequestLine(JSON.stringify({ ...line, [field]: undefined }))).toBe(false),
  );
  it('must be JSON', () => expect(isRequestLine('info: request')).toBe(false));
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
  expect(wholeAnswer(`${head}Content-Length: 2\r\n`)).toBeUndefined();
  expect(wholeAnswer(`${head}Content-Length: 2\r\n\r\na`)).toBeUndefined();
  expect(wholeAnswer(`${head}Content-Length: 2\r\nConnection: close\r\n\r\nab`)).toContain('connection: close');
  expect(wholeAnswer(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n`)).toBeUndefined();
  expect(wholeAnswer(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n`)).toBeDefined();
});

it('finds a drain lossless when nothing was lost, refused or cut', () => {
  const ending = { code: 0, signal: null, at: 0 };
  const drained = { answered: 90_000, lost: 0, told: 64, refused: 0, ending, milliseconds: 8800 };
  expect(isLossless(drained)).toBe(true);
  const spoilt = [
    { lost: 1 },
    { refused: 1 },
    { told: 63 },
    { milliseconds: 2000 },
    { ending: { ...ending, code: 1 } },
  ];
  for (const each of spoilt) expect(isLossless({ ...drained, ...each })).toBe(false);
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

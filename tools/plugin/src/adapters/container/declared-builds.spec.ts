import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainBuild, type BuildSettings } from '../../model/build/build-settings.ts';
import { Platform } from '../../model/build/platform.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';
import { requireSecrets, secretsIn, secretVariables } from './build-secrets.ts';
import { dockerBuildArguments } from './docker-arguments.ts';
import type { BuiltImageRegistry } from './built-image-registry.ts';
import { DockerEngine } from './docker-engine.ts';
import { buildRegistries } from './dockerfile-registries.ts';
import { hasStaleLayers, podmanBuildArguments } from './podman-arguments.ts';
import { PodmanEngine } from './podman-engine.ts';
import { runTool, type RunTool } from './run-tool.ts';

const temp = mkdtempSync(join(tmpdir(), 'declared '));
afterAll(() => rmSync(temp, { recursive: true }));

const own = Platform.parse(`linux/${process.arch === 'x64' ? 'amd64' : process.arch}`)!;
const foreign = Platform.parse('linux/s390x')!;
const declared: BuildSettings = {
  context: undefined,
  platforms: [foreign],
  args: { NODE: '24', TEXT: 'a; b $(c)' },
  secrets: { npm: { env: 'NPM_TOKEN' }, rc: { file: '/home/me/.npmrc' } },
  ssh: ['default'],
  target: 'runtime',
  contexts: { libs: '/w/libs', base: 'docker-image://node:24' },
  cache: { registry: 'r.example/cache/orders:main' },
};
const build = (settings: Partial<BuildSettings>): ImageBuild => ({
  ...{ context: join(temp, 'context'), dockerfile: join(temp, 'Dockerfile'), labels: {} },
  ...{ settings: { ...plainBuild, ...settings }, sourceDate: new Date(0) },
  images: [ImageRef.of('r.example', 'orders', '1')],
});

const common = [
  '--platform=linux/s390x',
  '--target=runtime',
  '--build-arg=NODE=24',
  '--build-arg=TEXT=a; b $(c)',
  '--build-context=libs=/w/libs',
  '--build-context=base=docker-image://node:24',
  '--ssh=default',
];

const noLayouts: BuiltImageRegistry = {
  pushLayout: () => Promise.reject(new Error('pushed from a folder')),
  findUntagged: async () => undefined,
};
const byBuildx = { buildKit: true, output: undefined };

it('docker is told all of a block', () => {
  const args = dockerBuildArguments(build(declared), byBuildx);
  expect(args).toEqual(
    expect.arrayContaining([
      ...common,
      '--secret=id=npm,env=NPM_TOKEN',
      '--secret=id=rc,src=/home/me/.npmrc',
      '--cache-from=type=registry,ref=r.example/cache/orders:main',
      '--cache-to=type=registry,ref=r.example/cache/orders:main,mode=max,ignore-error=true',
    ]),
  );
  expect(args.slice(-2)).toEqual(['--', join(temp, 'context')]);
  expect(dockerBuildArguments(build({ cache: { folder: '/c' } }), byBuildx)).toEqual(
    expect.arrayContaining([
      '--cache-from=type=local,src=/c',
      '--cache-to=type=local,dest=/c,mode=max,ignore-error=true',
    ]),
  );
  expect(
    dockerBuildArguments(build({ platforms: [own] }), { buildKit: false, output: undefined }).join(' '),
  ).not.toContain('--platform');
});

it('podman is told all of a block', () => {
  expect(
    podmanBuildArguments(build(declared), { ignoreFile: '/w/.dockerignore', isCached: true, part: undefined }),
  ).toEqual(
    expect.arrayContaining([
      ...common,
      '--ignorefile=/w/.dockerignore',
      '--secret=id=npm,type=env,src=NPM_TOKEN',
      '--secret=id=rc,src=/home/me/.npmrc',
      '--layers',
      '--cache-from=r.example/cache/orders',
      '--cache-to=r.example/cache/orders',
    ]),
  );
});

it.each([
  ['FROM x\nARG V\nENV V=$V\n', true],
  ['FROM x\nARG V\nLABEL a=b \\\n  v=${V}\n', true],
  ['FROM x\nARG V\nRUN echo $V\nCOPY $V /\n', false],
  ['ARG V\nFROM x:$V\n', false],
  ['FROM x\nENV A=$PATH\n', false],
])('podman, which confuses layers of %j, takes none: %s', (dockerfile, isStale) => {
  expect(hasStaleLayers(dockerfile)).toBe(isStale);
  const args = podmanBuildArguments(build(declared), { ignoreFile: '/x', isCached: !isStale, part: undefined });
  expect(args.includes('--no-cache')).toBe(isStale);
});

/** A machine with docker and podman. */
function machine({
  buildx = true,
  driver = 'docker-container',
  store = '[]',
  podman = '4.3.1',
  buildKit = 'v0.34.0',
}): RunTool {
  return async (command, args) => {
    const whole = [command, ...args].join(' ');
    const ok = (stdout = '') => ({ code: 0, stdout, lastLines: [] });
    if (whole === 'docker buildx version') return { ...ok(), code: buildx ? 0 : 1 };
    if (whole === 'docker buildx inspect' && !buildx) return { ...ok(), code: 1 };
    if (whole === 'docker buildx inspect')
      return ok(`Name:   x\nDriver:        ${driver}\nNodes:\nBuildKit version: ${buildKit}\n`);
    if (whole.startsWith('docker version')) return ok('27.0.1');
    if (whole.startsWith('docker info')) return ok(store);
    if (whole.startsWith('podman version')) return ok(`${podman}\n`);
    throw new Error(whole);
  };
}

async function refusal(engine: DockerEngine | PodmanEngine, settings: Partial<BuildSettings>): Promise<string> {
  try {
    await engine.requireBuildable(build(settings));
    return 'can';
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return (error as Refusal).explain();
  }
}

const readable = { rc: { file: __filename } };
const cache = { registry: 'r.example/x' };

it.each([
  [{ secrets: readable }, 'secrets'],
  [{ contexts: { libs: '/w' } }, 'contexts'],
  [{ ssh: ['default'], cache }, 'ssh and cache'],
  [{ cache: { folder: '/c' } }, 'cache'],
  [{ platforms: [foreign] }, 'another platform than its own'],
])('docker without buildx refuses %j, and says what to install', async (settings, what) => {
  const told = await refusal(new DockerEngine(noLayouts, machine({ buildx: false })), settings);
  expect(told).toContain(`docker without buildx cannot build with ${what}.`);
  expect(told).toMatch(/Install buildx.*\[build-not-supported\]/);
});

it('docker without buildx takes arguments, a target and its own platform', async () => {
  const settings = { args: { A: 'b' }, target: 'x', platforms: [own] };
  expect(await refusal(new DockerEngine(noLayouts, machine({ buildx: false })), settings)).toBe('can');
});

it('docker without buildx, which knows the ignore file of the context alone, refuses one beside the Dockerfile', async () => {
  const file = join(temp, 'Dockerfile.dockerignore');
  writeFileSync(file, 'x');
  expect(await refusal(new DockerEngine(noLayouts, machine({ buildx: false })), {})).toContain(
    'with Dockerfile.dockerignore.',
  );
  expect(await refusal(new DockerEngine(noLayouts, machine({})), {})).toBe('can');
  rmSync(file);
});

it.each([
  ['docker', '[]', "docker's own builder cannot build with cache."],
  ['docker', '[["driver-type","io.containerd.snapshotter.v1"]]', 'can'],
  ['docker-container', '[]', 'can'],
  ['remote', '[]', 'can'],
])('a cache with the driver %s, image store %s', async (driver, store, expected) =>
  expect(await refusal(new DockerEngine(noLayouts, machine({ driver, store })), { cache })).toContain(expected),
);

it.each([
  ['v0.8+unknown', "docker's own builder cannot build with contexts."],
  ['v0.10.6', 'can'],
])('a context with the BuildKit %s of a docker server', async (buildKit, expected) => {
  const engine = new DockerEngine(noLayouts, machine({ driver: 'docker', buildKit }));
  expect(await refusal(engine, { contexts: { libs: '/w' } })).toContain(expected);
});

it.each([
  ['4.3.1', { secrets: readable, contexts: { base: 'docker-image://node' }, cache }, 'can'],
  ['5.2.0', { secrets: readable, contexts: { base: 'docker-image://node' }, cache }, 'can'],
  ['4.2.0', { cache }, 'podman 4.2.0 cannot build with cache.registry (podman 4.3 can).'],
  ['4.1.1', { contexts: { libs: '/w' } }, 'podman 4.1.1 cannot build with contexts (podman 4.2 can).'],
  ['3.4.4', { secrets: readable, args: { A: 'b' } }, 'podman 3.4.4 cannot build with secrets (podman 4.0 can).'],
  ['4.3.1', { cache: { folder: '/c' } }, 'podman cannot build with cache.folder.'],
  ['4.3.1', { platforms: [own, foreign] }, 'can'],
  ['4.3.1', { platforms: [foreign], args: {}, target: 'x' }, 'can'],
])('podman %s with %j', async (version, settings, expected) =>
  expect(await refusal(new PodmanEngine(noLayouts, machine({ podman: version })), settings)).toContain(expected),
);

it('podman, which sends all of an additional context, refuses one with an ignore file', async () => {
  const libs = join(temp, 'libs');
  mkdirSync(libs);
  const engine = new PodmanEngine(noLayouts, machine({}));
  expect(await refusal(engine, { contexts: { libs } })).toBe('can');
  writeFileSync(join(libs, '.dockerignore'), 'x');
  expect(await refusal(engine, { contexts: { libs } })).toContain('with the .dockerignore of contexts.libs.');
});

it('podman builds on without a cache that it cannot write, and fails for nothing else of the kind', async () => {
  const calls: string[] = [];
  const run: RunTool = async (_, args) => {
    calls.push(args.join(' '));
    const isCached = args.some((arg) => arg.startsWith('--cache-to'));
    return {
      code: isCached ? 125 : 0,
      stdout: '',
      lastLines: isCached ? ['Error: failed pushing cache to {{{"r"}}}'] : [],
    };
  };
  const lines: string[] = [];
  await new PodmanEngine(noLayouts, run).build(build({ cache }), (line) => lines.push(line));
  expect(calls.map((call) => call.includes('--cache-to'))).toEqual([true, false]);
  expect(lines).toEqual(['podman could not write the cache of layers: building on without it']);
  const failing: RunTool = async () => ({ code: 1, stdout: '', lastLines: ['npm: not found'] });
  await expect(new PodmanEngine(noLayouts, failing).build(build({ cache }), () => {})).rejects.toThrow(
    /podman build ended/,
  );
});

describe('secrets', () => {
  const secrets = (all: BuildSettings['secrets'], ssh: readonly string[] = []) => ({ secrets: all, ssh });
  const why = (references: ReturnType<typeof secrets>, env: NodeJS.ProcessEnv = {}) => {
    try {
      requireSecrets(references, env);
      return 'there';
    } catch (error) {
      expect((error as Refusal).facts.type).toBe('build-secret-missing');
      return (error as Refusal).explain();
    }
  };

  it('are there, or are told by their ids', () => {
    const [full, empty] = [join(temp, 'full'), join(temp, 'empty')];
    writeFileSync(full, 'x');
    writeFileSync(empty, '');
    expect(why(secrets({ a: { env: 'A' }, b: { file: full } }), { A: 'x' })).toBe('there');
    expect(why(secrets({ npm: { env: 'A' } }))).toContain(
      'The secret npm of the build is not there: the variable A is not set.',
    );
    expect(why(secrets({ npm: { env: 'A' } }), { A: '' })).toContain('the variable A is empty');
    expect(why(secrets({ npm: { file: join(temp, 'none') } }))).toContain('there is no file');
    expect(why(secrets({ npm: { file: empty } }))).toContain('is empty');
    expect(why(secrets({ npm: { file: temp } }))).toContain('is no file');
    const both = why(secrets({ npm: { env: 'A' }, rc: { file: empty } }));
    for (const text of ['2 secrets', 'The secret npm', 'The secret rc']) expect(both).toContain(text);
  });

  it('by ssh need an agent', () => {
    expect(why(secrets({}, ['default']))).toContain('No ssh agent answers for the id default');
    expect(why(secrets({}, ['default']), { SSH_AUTH_SOCK: '' })).toContain('No ssh agent');
    expect(why(secrets({}, ['default']), { SSH_AUTH_SOCK: join(temp, 'gone') })).toContain('No ssh agent');
    expect(why(secrets({}, ['default']), { SSH_AUTH_SOCK: temp })).toBe('there');
  });

  it('are masked in output, in parts and however short or encoded', () => {
    const rc = join(temp, 'rc');
    writeFileSync(rc, 'registry=https://r.example\n//r.example/:_authToken=of-the-file-99\n');
    const masks = secretsIn(secrets({ a: { env: 'A' }, rc: { file: rc } }), { A: 'word' });
    expect(masks.maskIn('a word, of-the-file-99')).toBe('a ***, ***');
    expect(masks.maskIn(Buffer.from('x:of-the-file-99').toString('base64'))).not.toContain(
      Buffer.from('of-the-file-').toString('base64').slice(2, 12),
    );
    expect(secretsIn(secrets({ a: { env: 'NONE' } }), {}).maskIn('as it is')).toBe('as it is');
  });

  it('reach the engine by their variables, and no others do', async () => {
    process.env['DECLARED_A_TOKEN'] = 'value-of-a-1';
    process.env['DECLARED_B_TOKEN'] = 'value-of-b-1';
    const references = secrets({ a: { env: 'DECLARED_A_TOKEN' } });
    expect(secretVariables({ ...references, ssh: ['default'] })).toEqual(['DECLARED_A_TOKEN', 'SSH_AUTH_SOCK']);
    const lines: string[] = [];
    const script =
      'console.log(process.env.DECLARED_A_TOKEN?.length, process.env.DECLARED_B_TOKEN, process.env.DECLARED_A_TOKEN)';
    await runTool(process.execPath, ['-e', script], {
      ...{ needs: secretVariables(references), secrets: secretsIn(references) },
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(['12 undefined ***']);
  });
});

it('finds the registries of arguments, additional contexts and the cache', () => {
  const settings = {
    args: { BASE: 'a.example/base:1', V: '1' },
    contexts: { libs: '/w/libs', base: 'docker-image://b.example/x' },
    cache: { registry: '127.0.0.1:5000/cache' },
  };
  expect(buildRegistries('FROM c.example/x', settings)).toEqual([
    'c.example',
    'a.example',
    'b.example',
    '127.0.0.1:5000',
  ]);
});

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ImageRef, type Digest } from '../../model/image/image-ref.ts';
import { Failure, Refusal } from '../../model/errors/product-error.ts';
import type { ImageBuild } from '../../ports/container-engine.ts';
import { Platform } from '../../model/build/platform.ts';
import { chooseEngine, requireInstalledEngine } from './choose-engine.ts';
import { dockerBuildArguments } from './docker-arguments.ts';
import { plainBuild } from '../../model/build/build-settings.ts';
import { DockerEngine, digestInRepository, digestOfPush } from './docker-engine.ts';
import type { BuiltImageRegistry } from './built-image-registry.ts';
import { PodmanEngine } from './podman-engine.ts';
import { podmanBuildArguments, podmanExportArguments, podmanPushArguments } from './podman-arguments.ts';
import { samplePassword, samplePem, samplePemParts } from '../../../../contracts/src/secret-samples.ts';
import { runTool, type RunTool, type ToolResult } from './run-tool.ts';

const image = ImageRef.of('127.0.0.1:5000', 'orders', '20261124-1');
const digest: Digest = `sha256:${'a'.repeat(64)}`;
const build: ImageBuild = {
  settings: plainBuild,
  sourceDate: new Date('2026-11-24T12:00:00Z'),
  context: '/work space/apps/orders',
  dockerfile: '/work space/apps/orders/Dockerfile',
  labels: { 'poc.dev/dirty': 'false', title: 'a; b $(c)' },
  images: [image, ImageRef.of('acr.example', 'orders', '20261124-1')],
};

/** Nothing is pushed from a folder here. */
const noLayouts: BuiltImageRegistry = {
  pushLayout: () => Promise.reject(new Error('pushed from a folder')),
  findUntagged: async () => undefined,
};
const podmanWay = { ignoreFile: '/dev/null', isCached: true, part: undefined };
const both = [Platform.parse('linux/amd64')!, Platform.parse('linux/arm64')!];
const ofBoth: ImageBuild = { ...build, settings: { ...plainBuild, platforms: both } };

/** A machine on which commands answer as told; the others are not installed. */
function machine(answers: Record<string, Partial<ToolResult>>) {
  const calls: { command: string; env: Readonly<Record<string, string>> | undefined }[] = [];
  const run: RunTool = async (command, args, options) => {
    const whole = [command, ...args].join(' ');
    calls.push({ command: whole, env: options?.env });
    const answer = Object.entries(answers).find(([start]) => whole.startsWith(start))?.[1];
    if (!answer) return { code: 127, stdout: '', lastLines: [`${command}: command not found`] };
    for (const line of answer.lastLines ?? []) options?.onLine?.(line);
    return { code: 0, stdout: '', lastLines: [], ...answer };
  };
  return { run, calls };
}

describe('arguments', () => {
  it('of docker build', () => {
    expect(dockerBuildArguments(build, { buildKit: false, output: undefined })).toEqual([
      'build',
      '--file=/work space/apps/orders/Dockerfile',
      '--label=poc.dev/dirty=false',
      '--label=title=a; b $(c)',
      '--tag=127.0.0.1:5000/orders:20261124-1',
      '--tag=acr.example/orders:20261124-1',
      '--',
      '/work space/apps/orders',
    ]);
    expect(dockerBuildArguments(build, { buildKit: true, output: undefined })).toEqual(
      expect.arrayContaining(['--provenance=false', '--load']),
    );
  });

  it('of podman build', () => {
    expect(podmanBuildArguments(build, podmanWay)).toEqual([
      'build',
      '--format=oci',
      '--timestamp=1795521600',
      '--file=/work space/apps/orders/Dockerfile',
      '--ignorefile=/dev/null',
      '--label=poc.dev/dirty=false',
      '--annotation=poc.dev/dirty=false',
      '--label=title=a; b $(c)',
      '--annotation=title=a; b $(c)',
      '--tag=127.0.0.1:5000/orders:20261124-1',
      '--tag=acr.example/orders:20261124-1',
      '--',
      '/work space/apps/orders',
    ]);
  });

  describe('of base images by their digests', () => {
    const pinned = ImageRef.parseDockerName('node:24')!.withDigest(digest);
    const onNode: ImageBuild = { ...build, baseImages: [{ name: 'node:24', written: 'node:$V', image: pinned }] };
    const argument = `--build-context=node:24=docker-image://docker.io/library/node@${digest}`;

    it('for buildx and podman', () => {
      expect(dockerBuildArguments(onNode, { buildKit: true, output: undefined })).toContain(argument);
      expect(podmanBuildArguments(onNode, podmanWay)).toContain(argument);
      expect(podmanBuildArguments(onNode, podmanWay)).toContain(argument.replace('node:24', 'node:$V'));
      expect(dockerBuildArguments(onNode, { buildKit: true, output: undefined }).join()).not.toContain('$V');
      expect(dockerBuildArguments(onNode, { buildKit: false, output: undefined })).not.toContain(argument);
    });

    it.each([
      ['v0.8+unknown', false],
      ['v0.10.6+unknown', true],
      ['v0.34.0', true],
    ])('for BuildKit %s', async (version, byArguments) => {
      const inspected = { stdout: `Driver: docker\n\nNodes:\nName: default\nBuildKit version: ${version}\n` };
      const here = { 'docker image inspect': {}, 'docker tag': {}, 'docker buildx build ': {} };
      const { run, calls } = machine({ 'docker buildx inspect': inspected, 'docker buildx version': {}, ...here });
      await new DockerEngine(noLayouts, run).build(onNode, () => {});
      const commands = calls.map(({ command }) => command);
      expect(commands.at(-1)!.includes(argument)).toBe(byArguments);
      expect(commands.some((command) => command.startsWith('docker tag '))).toBe(!byArguments);
    });

    it('for the legacy builder: brought, and given the name that the Dockerfile has', async () => {
      const absent = { 'docker buildx': { code: 1 }, 'docker image inspect': { code: 1 } };
      const { run, calls } = machine({ ...absent, 'docker pull': {}, 'docker tag': {}, 'docker build': {} });
      await new DockerEngine(noLayouts, run).build(onNode, () => {});
      const asked = /^docker (buildx|info|version)/;
      expect(calls.map(({ command }) => command).filter((each) => !asked.test(each))).toEqual([
        `docker image inspect --format={{.Id}} -- docker.io/library/node@${digest}`,
        `docker pull -- docker.io/library/node@${digest}`,
        `docker tag docker.io/library/node@${digest} node:24`,
        expect.stringMatching(/^docker build /),
      ]);
      const refusing = machine({ ...absent, 'docker pull': { code: 1, lastLines: ['no such host'] } });
      await expect(new DockerEngine(noLayouts, refusing.run).build(onNode, () => {})).rejects.toMatchObject({
        facts: { type: 'image-build-failed', evidence: ['no such host'] },
      });
    });
  });

  it('of podman build, and of its export, of one platform of several', () => {
    const args = podmanBuildArguments(ofBoth, { ...podmanWay, part: { platform: both[1]!, idFile: '/tmp/id' } });
    expect(args).toEqual(expect.arrayContaining(['--platform=linux/arm64', '--iidfile=/tmp/id']));
    expect(args.join(' ')).not.toMatch(/amd64|--tag/);
    expect(podmanExportArguments('ab12', '/tmp/x', both[1]!).slice(-3)).toEqual([
      '--',
      'ab12',
      'oci:/tmp/x:linux-arm64',
    ]);
  });

  it('of podman push: without TLS on this machine only', () => {
    expect(podmanPushArguments(image, '/tmp/digest')).toContain('--tls-verify=false');
    expect(podmanPushArguments(build.images[1]!, '/tmp/digest')).not.toContain('--tls-verify=false');
  });
});

describe('DockerEngine', () => {
  it.each([
    ['1', { 'docker buildx': {} }],
    ['0', { 'docker buildx': { code: 1 }, 'docker build': {} }],
  ])('builds with DOCKER_BUILDKIT=%s', async (expected, answers) => {
    const { run, calls } = machine(answers);
    await new DockerEngine(noLayouts, run).build(build, () => {});
    expect(calls.at(-1)!.env).toMatchObject({ DOCKER_BUILDKIT: expected });
    expect(calls.at(-1)!.command.includes('--load')).toBe(expected === '1');
  });

  const driver = (name: string) => ({ 'docker buildx inspect': { stdout: `Name:   x\nDriver: ${name}\n` } });
  const buildx = { 'docker buildx': {} };
  const snapshots = { 'docker info': { stdout: '[["driver-type","io.containerd.snapshotter.v1"]]' } };

  it.each([
    ['the legacy builder', 'docker would build it with the legacy builder', { 'docker build ': {} }],
    ['the builder inside the server', 'the driver `docker`', { ...driver('docker'), ...buildx }],
  ])('refuses several platforms with %s, and says what to do', async (_, why, answers) => {
    const { run, calls } = machine(answers);
    const engine = new DockerEngine(noLayouts, run);
    const one = { ...ofBoth.settings, platforms: [] };
    await expect(engine.requireBuildable({ ...ofBoth, settings: one })).resolves.toBeUndefined();
    const error = await engine.requireBuildable(ofBoth).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).explain()).toContain(why);
    expect((error as Refusal).explain()).toContain('docker buildx create --use');
    await expect(engine.build(ofBoth, () => {})).rejects.toBeInstanceOf(Refusal);
    expect(calls.filter(({ command }) => / build .*--file/.test(command))).toEqual([]);
  });

  it.each([
    ['docker-container', { ...driver('docker-container'), ...buildx }],
    ['remote', { ...driver('remote'), ...buildx }],
    ['kubernetes', { ...driver('kubernetes'), ...buildx }],
    ["docker, with containerd's store", { ...driver('docker'), ...buildx, ...snapshots }],
  ])('writes a folder with the driver %s, and keeps it until it is forgotten', async (_, answers) => {
    const { run, calls } = machine(answers);
    const pushed: string[] = [];
    const engine = new DockerEngine(
      {
        pushLayout: async (folder) => {
          expect(existsSync(folder)).toBe(true);
          pushed.push(folder);
          return digest;
        },
        findUntagged: async () => undefined,
      },
      run,
    );
    await engine.requireBuildable(ofBoth);
    await engine.build(ofBoth, () => {});
    const { command, env } = calls.at(-1)!;
    expect(command).toMatch(/^docker buildx build .*--platform=linux\/amd64,linux\/arm64 /);
    expect(command).toMatch(/--output=type=oci,dest=\S+,tar=false,rewrite-timestamp=true /);
    expect(command).not.toMatch(/--load|--push|--tag/);
    expect(env).toMatchObject({ SOURCE_DATE_EPOCH: '1795521600' });
    expect(await engine.push(image, () => {})).toBe(digest);
    await engine.forget(image);
    expect(existsSync(pushed[0]!)).toBe(true);
    await engine.forget(ofBoth.images[1]!);
    expect(existsSync(pushed[0]!)).toBe(false);
  });

  it('leaves no folder of a build that fails', async () => {
    const { run, calls } = machine({
      'docker buildx build': { code: 1 },
      ...driver('docker'),
      ...buildx,
      ...snapshots,
    });
    await expect(new DockerEngine(noLayouts, run).build(ofBoth, () => {})).rejects.toBeInstanceOf(Failure);
    const [, folder = ''] = /dest=(\S+),tar/.exec(calls.at(-1)!.command)!;
    expect(folder).toContain('poc-image-');
    expect(existsSync(folder)).toBe(false);
  });

  it('shows the last lines of a build that failed', async () => {
    const { run } = machine({
      'docker buildx build': { code: 1, lastLines: ['step 1', 'npm: not found'] },
      'docker buildx': {},
    });
    const seen: string[] = [];
    const error = await new DockerEngine(noLayouts, run)
      .build(build, (line) => seen.push(line))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).explain()).toContain('npm: not found');
    expect(seen).toEqual(['step 1', 'npm: not found']);
  });

  it('takes the digest from the output of the push, or else from the image', async () => {
    const told = machine({
      'docker push': { stdout: `The push refers to [x]\n20261124-1: digest: ${digest} size: 528\n` },
    });
    expect(await new DockerEngine(noLayouts, told.run).push(image, () => {})).toBe(digest);
    const asked = machine({
      'docker push': {},
      'docker image inspect': {
        stdout: `["acr.example/orders@sha256:${'b'.repeat(64)}","127.0.0.1:5000/orders@${digest}"]\n`,
      },
    });
    expect(await new DockerEngine(noLayouts, asked.run).push(image, () => {})).toBe(digest);
    const silent = machine({ 'docker push': {}, 'docker image inspect': { stdout: 'null' } });
    await expect(new DockerEngine(noLayouts, silent.run).push(image, () => {})).rejects.toBeInstanceOf(Failure);
  });

  it('reads digests out of what docker prints', () => {
    expect(digestOfPush('latest: digest: sha256:12 size: 1')).toBeUndefined();
    expect(digestOfPush('')).toBeUndefined();
    expect(digestInRepository('[]', image)).toBeUndefined();
    expect(digestInRepository(`["127.0.0.1:5000/orders-extra@${digest}"]`, image)).toBeUndefined();
  });
});

describe.each([
  ['docker', (run: RunTool) => new DockerEngine(noLayouts, run)],
  ['podman', (run: RunTool) => new PodmanEngine(noLayouts, run)],
])('push by %s', (name, engine) => {
  it.each([
    ['unauthorized: authentication required', 'registry-denies-access', Refusal, `${name} login 127.0.0.1:5000`],
    ['denied: requested access to the resource is denied', 'registry-denies-access', Refusal, `${name} login`],
    ['dial tcp 127.0.0.1:5000: connect: connection refused', 'registry-unreachable', Refusal, '127.0.0.1:5000'],
    [
      'dial tcp: lookup acr.example: no such host',
      'registry-unreachable',
      Refusal,
      '`registry` in Infrastructure/environments/*.yaml',
    ],
    [
      'unknown: The operation is disallowed on this registry, repository or image.',
      'registry-disallows',
      Refusal,
      'under a new build number',
    ],
    [
      'error getting credentials - err: exec: "docker-credential-x": executable file not found in $PATH',
      'credential-helper-fails',
      Refusal,
      'docker-credential-x',
    ],
    [
      'x509: certificate signed by unknown authority',
      'registry-certificate',
      Refusal,
      '/etc/docker/certs.d/127.0.0.1:5000/ca.crt',
    ],
    ['http: server gave HTTP response to HTTPS client', 'registry-without-tls', Refusal, 'certificate'],
    ['An image does not exist locally with the tag', 'image-push-failed', Failure, 'An image does not exist'],
  ])('%s: %s', async (line, type, kind, told) => {
    const { run } = machine({ [`${name} push`]: { code: 1, lastLines: [line] } });
    const error = await engine(run)
      .push(image, () => {})
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ facts: { type } });
    expect((error as Failure).explain()).toContain(told);
  });
});

describe('chooseEngine', () => {
  const docker = { 'docker version': { stdout: '27.0.1\n' }, 'docker --version': { stdout: 'Docker version 27.0.1' } };
  const podman = { 'podman info': { stdout: '4.3.1\n' } };
  const dead = { 'docker version': { code: 1, lastLines: ['Cannot connect to the Docker daemon'] } };
  const shim = { 'docker version': { stdout: '4.3.1' }, 'docker --version': { stdout: 'podman version 4.3.1' } };

  const elsewhere = { 'docker buildx': { stdout: 'Driver: kubernetes' }, 'docker --version': { stdout: 'Docker 27' } };

  it.each([
    ['docker, when its server answers', { ...docker, ...podman }, undefined, 'docker'],
    ['podman, when docker is not installed', podman, undefined, 'podman'],
    ['docker, when its builder needs no server', { ...dead, ...elsewhere, ...podman }, undefined, 'docker'],
    ['podman, when no docker server answers', { ...dead, ...podman }, undefined, 'podman'],
    ['podman, when docker is podman in disguise', { ...shim, ...podman }, undefined, 'podman'],
    ['podman, when asked for', { ...docker, ...podman }, 'podman' as const, 'podman'],
  ])('takes %s', async (_, answers, chosen, expected) => {
    expect((await chooseEngine(noLayouts, chosen, undefined, machine(answers).run)).name).toBe(expected);
  });

  it('refuses when there is none, and tells why', async () => {
    const error = await chooseEngine(noLayouts, undefined, undefined, machine(dead).run).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).explain()).toMatch(
      /Install docker[^]*Cannot connect to the Docker daemon[^]*podman: not installed/,
    );
  });

  it('starts docker twice where it builds elsewhere', async () => {
    const { run, calls } = machine({ ...docker, ...elsewhere });
    await chooseEngine(noLayouts, undefined, undefined, run);
    expect(calls.map(({ command }) => command)).toEqual(['docker buildx inspect', 'docker --version']);
  });

  it('takes no other than the one asked for', async () => {
    await expect(
      chooseEngine(noLayouts, 'docker', undefined, machine({ ...dead, ...podman }).run),
    ).rejects.toMatchObject({
      facts: { type: 'no-container-engine', reason: 'docker cannot be used here.' },
    });
  });
});

describe('requireInstalledEngine', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'engines-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('refuses when no command of an engine is on the PATH', () => {
    expect(() => requireInstalledEngine(undefined, `/nowhere:${folder}`)).toThrow('Neither docker nor podman');
    writeFileSync(join(folder, 'podman'), '');
    expect(() => requireInstalledEngine(undefined, `/nowhere:${folder}`)).not.toThrow();
    expect(() => requireInstalledEngine('docker', folder)).toThrow('docker cannot be used here.');
  });
});

describe('runTool', () => {
  const node = (script: string) => runTool(process.execPath, ['-e', script], { onLine: (line) => lines.push(line) });
  let lines: string[] = [];
  beforeEach(() => (lines = []));

  it('hands on lines, however they come', async () => {
    const result = await node(`process.stdout.write('a\\r\\nb\\rc\\n\\nlast'); process.exitCode = 3`);
    expect(lines).toEqual(['a', 'b', 'c', 'last']);
    expect(result).toEqual({ code: 3, stdout: 'a\r\nb\rc\n\nlast', lastLines: lines });
  });

  it('keeps letters whole and the last lines only', async () => {
    const result = await node(
      `process.stderr.write('ä'.repeat(200000) + '\\n'); for (let i = 0; i < 100; i++) console.log(i)`,
    );
    expect(lines).toContain('ä'.repeat(200_000));
    expect(result.lastLines).toHaveLength(40);
  });

  it('shows no credentials', async () => {
    await node(`console.log('fetching https://robot:s3cret@acr.example/x'); console.error('ftp://token@h')`);
    expect([...lines].sort()).toEqual(['fetching https://robot:***@acr.example/x', 'ftp://token@h']);
  });

  it('shows no secrets, also of words and keys that come in pieces', async () => {
    const pieces = [
      `#7 ENV NPM_TOKEN=${samplePassword}\n`,
      `push to https://me:${'p@'}${samplePassword}@r/x\n`,
      `${samplePem()}\n`,
      'done',
    ];
    const halves = pieces.flatMap((piece) => [piece.slice(0, piece.length / 2), piece.slice(piece.length / 2)]);
    const result = await node(
      `(async () => { for (const each of ${JSON.stringify(halves)}) {
         process.stdout.write(each); await new Promise((resolve) => setTimeout(resolve, 30)); } })()`,
    );
    expect(lines.at(-1)).toBe('done');
    for (const shown of [lines, result.lastLines])
      for (const secret of [samplePassword, samplePassword.slice(3), ...samplePemParts])
        expect(shown.join('\n')).not.toContain(secret);
  });

  it('tells that a command is not installed', async () => {
    expect(await runTool('no-such-command-at-all', [])).toMatchObject({ code: 127 });
  });
});

describe.each([
  ['docker', new DockerEngine(noLayouts)],
  ['podman', new PodmanEngine(noLayouts)],
])('%s that is asked to stop', (name, engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const path = process.env['PATH'];
  beforeAll(() => {
    // An engine that begins something that takes long, and would go on by itself.
    const script =
      '#!/bin/sh\ncase "$*" in *version*|*inspect*|*info*) exit 0;; esac\nsleep 300 &\necho "begun $!"\nwait\n';
    writeFileSync(join(folder, name), script, { mode: 0o755 });
    process.env['PATH'] = `${folder}:${path}`;
  });
  afterAll(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });

  it.each(['build', 'push'] as const)('ends its %s, and all that belongs to it', async (action) => {
    const asked = new AbortController();
    const reason = new Error('asked to stop');
    let pid = 0;
    const onLine = (line: string) => {
      pid = Number(/^begun (\d+)$/.exec(line)?.[1] ?? pid);
      if (pid > 0) asked.abort(reason);
    };
    const running =
      action === 'build' ? engine.build(build, onLine, asked.signal) : engine.push(image, onLine, asked.signal);
    await expect(running).rejects.toBe(reason);
    expect(pid).toBeGreaterThan(1);
    expect(await hasEnded(pid)).toBe(true);
    await expect(engine.build(build, onLine, asked.signal)).rejects.toBe(reason);
  });
});

/** Waits until a process has ended; what nobody has asked for yet has. @returns false when it runs after 20 s. */
async function hasEnded(pid: number): Promise<boolean> {
  // A process that was killed closes its output before it has ended.
  for (let attempt = 0; attempt < 400; attempt++) {
    try {
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return true;
    } catch {
      return true;
    }
    await pause(50);
  }
  return false;
}

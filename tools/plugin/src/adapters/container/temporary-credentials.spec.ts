import { plainBuild } from '../../model/build/build-settings.ts';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Credentials, CredentialsOf } from '../../model/image/credentials.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { DockerEngine } from './docker-engine.ts';
import { dockerfileRegistries } from './dockerfile-registries.ts';
import type { BuiltImageRegistry } from './built-image-registry.ts';
import { PodmanEngine } from './podman-engine.ts';
import type { RunTool } from './run-tool.ts';

/** Nothing is pushed from a folder here. */
const noLayouts: BuiltImageRegistry = {
  pushLayout: () => Promise.reject(new Error('pushed from a folder')),
  findUntagged: async () => undefined,
};

const token: Credentials = { kind: 'identity-token', token: 'refresh me' };
const tokenEntry = {
  auth: Buffer.from('00000000-0000-0000-0000-000000000000:').toString('base64'),
  identitytoken: 'refresh me',
};
const lent: CredentialsOf = async (registry) => {
  if (registry === 'shop.azurecr.io') return token;
  if (registry === 'gone.azurecr.io')
    throw new Refusal({ type: 'credential-helper-fails', doing: 'log in', reason: 'No identity.', remedy: 'Get one.' });
  return undefined;
};
const image = ImageRef.of('shop.azurecr.io', 'orders', '20261124-1');
const digest = `sha256:${'a'.repeat(64)}`;

const temp = mkdtempSync(join(tmpdir(), 'lent-'));
const before = { ...process.env };
const own = join(temp, 'docker');
beforeAll(() => {
  mkdirSync(join(own, 'contexts'), { recursive: true });
  process.env['DOCKER_CONFIG'] = own;
  process.env['XDG_RUNTIME_DIR'] = join(temp, 'run');
  process.env['HOME'] = join(temp, 'home');
  delete process.env['REGISTRY_AUTH_FILE'];
});
afterAll(() => {
  process.env = before;
  rmSync(temp, { recursive: true });
});

/** An engine that writes down what it is given. */
function engineThat(seen: { command: string; env: Readonly<Record<string, string>>; settings: unknown }[]): RunTool {
  return async (command, args, { env = {} } = {}) => {
    const path = env['REGISTRY_AUTH_FILE'] ?? (env['DOCKER_CONFIG'] && join(env['DOCKER_CONFIG'], 'config.json'));
    const settings = path ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
    if (path) expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700]);
    seen.push({ command: [command, ...args].join(' '), env, settings });
    const file = args.find((arg) => arg.startsWith('--digestfile='))?.slice('--digestfile='.length);
    if (file) writeFileSync(file, digest);
    return { code: 0, stdout: `digest: ${digest}`, lastLines: [] };
  };
}

it('docker gets a lent login beside its own settings, for the time of the push', async () => {
  const settings = {
    auths: { 'hub.example': { auth: 'x' } },
    credsStore: 'desktop',
    credHelpers: { 'gcr.example': 'gcloud' },
    proxies: { default: {} },
  };
  writeFileSync(join(own, 'config.json'), JSON.stringify(settings));
  const seen: Parameters<typeof engineThat>[0] = [];
  let contexts = false;
  const run: RunTool = async (command, args, options) => {
    contexts ||= existsSync(join(options?.env?.['DOCKER_CONFIG'] ?? '/none', 'contexts'));
    return engineThat(seen)(command, args, options);
  };
  await new DockerEngine(noLayouts, run, lent).push(image, () => {});
  expect(seen[0]!.settings).toEqual({
    ...settings,
    auths: { 'hub.example': { auth: 'x' }, 'shop.azurecr.io': tokenEntry },
    credHelpers: { 'gcr.example': 'gcloud', 'shop.azurecr.io': '' },
  });
  expect(contexts).toBe(true);
  expect(seen[0]!.command).not.toContain('refresh');
  expect(JSON.stringify(seen[0]!.env)).not.toContain('refresh me');
  expect(existsSync(seen[0]!.env['DOCKER_CONFIG']!)).toBe(false);
  expect(existsSync(join(own, 'contexts'))).toBe(true);
});

it('podman gets a lent login beside those of its files', async () => {
  const auths = (name: string, value: string) => JSON.stringify({ auths: { [name]: { auth: value }, both: value } });
  mkdirSync(join(temp, 'run/containers'), { recursive: true });
  writeFileSync(join(temp, 'run/containers/auth.json'), auths('quay.example', 'podman'));
  writeFileSync(join(own, 'config.json'), auths('hub.example', 'docker'));
  const seen: Parameters<typeof engineThat>[0] = [];
  await new PodmanEngine(noLayouts, engineThat(seen), lent).push(image, () => {});
  expect(seen[0]!.settings).toEqual({
    auths: {
      both: 'podman',
      'quay.example': { auth: 'podman' },
      'hub.example': { auth: 'docker' },
      'shop.azurecr.io': tokenEntry,
    },
    credHelpers: {},
  });
  expect(existsSync(seen[0]!.env['REGISTRY_AUTH_FILE']!)).toBe(false);
});

it.each([
  ['docker', (run: RunTool) => new DockerEngine(noLayouts, run, lent)],
  ['podman', (run: RunTool) => new PodmanEngine(noLayouts, run, lent)],
])('%s is lent nothing for other registries, and builds with a login for base images', async (name, engine) => {
  const seen: Parameters<typeof engineThat>[0] = [];
  await engine(engineThat(seen)).push(ImageRef.of('hub.example', 'orders', '1'), () => {});
  expect(seen[0]!.settings).toBeUndefined();
  const dockerfile = join(temp, 'Dockerfile');
  writeFileSync(dockerfile, 'FROM shop.azurecr.io/base:1\nCOPY --from=gone.azurecr.io/tool:1 /a /a\n');
  const lines: string[] = [];
  const build = {
    context: temp,
    dockerfile,
    labels: {},
    images: [image],
    settings: plainBuild,
    sourceDate: new Date(0),
  };
  await engine(engineThat(seen)).build(build, (line) => lines.push(line));
  expect(seen.at(-1)).toMatchObject({
    command: expect.stringMatching(`^${name} build`),
    settings: { auths: { 'shop.azurecr.io': tokenEntry } },
  });
  expect(lines).toEqual(['Could not log in: No identity.', '  hint: Get one. [credential-helper-fails]']);
});

it.each([
  ['FROM shop.azurecr.io/base:1 AS build', ['shop.azurecr.io']],
  ['ARG BASE=shop.azurecr.io/base\nFROM $BASE', ['shop.azurecr.io']],
  ['FROM --platform=linux/amd64 10.0.0.1:5443/team/base@sha256:00', ['10.0.0.1:5443']],
  ['COPY --from=shop.azurecr.io/tool:1 /a /a\nFROM shop.azurecr.io/x', ['shop.azurecr.io']],
  ['# FROM shop.azurecr.io/base\nFROM node:24-slim', []],
  ['FROM library/node', []],
  ['RUN curl https://example.com/x', []],
])('finds the registries of %j', (dockerfile, expected) => {
  expect(dockerfileRegistries(dockerfile)).toEqual(expected);
});

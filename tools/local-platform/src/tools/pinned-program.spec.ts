import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectProxy } from '../../../simulators/src/connect-proxy.ts';
import { kindProgram, kubectlProgram, type PinnedProgram } from '../versions.ts';
import { downloadOf, downloadProgram } from './pinned-program.ts';

const content = '#!/bin/sh\necho hello\n';
const sha256 = createHash('sha256').update(content).digest('hex');
const machine = { platform: 'linux', arch: 'x64' };

let server: Server;
let port: number;
let folder: string;

beforeAll(async () => {
  server = createServer(({ url }, response) => {
    if (url === '/right') return void response.end(content);
    if (url === '/moved') return void response.writeHead(302, { location: '/right' }).end();
    if (url === '/other') return void response.end(`${content}# and more\n`);
    if (url !== '/truncated') return void response.writeHead(404).end('<html>');
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.slice(0, 5), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => void server.close());
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pinned programs '))));
afterEach(() => rmSync(folder, { recursive: true }));

const programAt = (path: string, host = `127.0.0.1:${port}`): PinnedProgram => ({
  name: 'hello',
  version: 'v1.0.0',
  url: () => `http://${host}/${path}`,
  sha256: { 'linux-amd64': sha256 },
});
const download = (program: PinnedProgram) => downloadProgram(program, machine, join(folder, 'bin', 'hello'), undefined);

describe('downloadProgram', () => {
  it.each(['right', 'moved'])('puts the program that was pinned into place, from /%s', async (path) => {
    await download(programAt(path));
    expect(readFileSync(join(folder, 'bin', 'hello'), 'utf8')).toBe(content);
    expect(statSync(join(folder, 'bin', 'hello')).mode & 0o777).toBe(0o755);
  });

  it('refuses another program, and keeps nothing of it', async () => {
    await expect(download(programAt('other'))).rejects.toMatchObject({
      exitCode: 2,
      facts: { type: 'package-differs', evidence: [`Expected sha256 ${sha256}`, expect.stringMatching(/^Got sha256/)] },
    });
    expect(existsSync(join(folder, 'bin'))).toBe(false);
  });

  it.each([
    ['truncated', /could not be read to its end/],
    ['missing', /answered with 404/],
  ])('fails on what is %s, says what to do, and keeps nothing', async (path, reason) => {
    await expect(download(programAt(path))).rejects.toMatchObject({
      exitCode: 1,
      facts: {
        type: 'program-undownloadable',
        reason: expect.stringMatching(reason),
        remedy: expect.stringMatching(/built/),
      },
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('fails where nothing answers', async () => {
    await expect(download(programAt('right', '127.0.0.1:9'))).rejects.toMatchObject({
      facts: { type: 'program-undownloadable' },
    });
  });

  it('asks through the proxy of the environment', async () => {
    // A name that no resolver knows: only the proxy knows where it is.
    const proxy = await ConnectProxy.start(port);
    const before = { ...process.env };
    process.env['http_proxy'] = proxy.address;
    delete process.env['no_proxy'];
    delete process.env['NO_PROXY'];
    try {
      await download(programAt('right', 'downloads.corp.invalid'));
    } finally {
      process.env = before;
      await proxy.stop();
    }
    expect(readFileSync(join(folder, 'bin', 'hello'), 'utf8')).toBe(content);
  });
});

describe('downloadOf', () => {
  const releases = 'https://github.com/kubernetes-sigs/kind/releases/download/v0.31.0';
  it.each([
    [kindProgram, 'linux', 'x64', `${releases}/kind-linux-amd64`],
    [kindProgram, 'darwin', 'arm64', `${releases}/kind-darwin-arm64`],
    [kubectlProgram, 'linux', 'arm64', 'https://dl.k8s.io/release/v1.34.2/bin/linux/arm64/kubectl'],
    [kubectlProgram, 'darwin', 'x64', 'https://dl.k8s.io/release/v1.34.2/bin/darwin/amd64/kubectl'],
  ])('knows where the program is for a machine', (program, platform, arch, url) => {
    expect(downloadOf(program, { platform, arch })).toEqual({ url, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('refuses machines that nothing is pinned for', () => {
    const windows = () => downloadOf(kindProgram, { platform: 'win32', arch: 'x64' });
    expect(windows).toThrow(
      /pinned for linux-amd64, linux-arm64, darwin-amd64, darwin-arm64; this machine is win32-amd64/,
    );
  });
});

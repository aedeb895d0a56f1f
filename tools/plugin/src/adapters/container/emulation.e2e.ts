import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBuildKit } from '../../../../local-platform/src/platform.ts';
import { RealBuildKit } from '../../../../simulators/src/builders/real-buildkit.ts';
import { plainBuild } from '../../model/build/build-settings.ts';
import { Platform } from '../../model/build/platform.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { HttpImageRegistry } from '../registry/http-image-registry.ts';
import { DockerEngine } from './docker-engine.ts';
import { runTool, type RunTool } from './run-tool.ts';

// The first run on a machine compiles BuildKit.
jest.setTimeout(1_800_000);

/* A step that runs a program for another processor, with QEMU's user emulation (Debian: qemu-user-static) and without. */

const temp = mkdtempSync(join(tmpdir(), 'emulation '));
const other = process.arch === 'arm64' ? 'amd64' : 'arm64';
const emulator = other === 'arm64' ? 'aarch64' : 'x86_64';
const platforms = [Platform.parse(`linux/${other}`)!];
const registry = new HttpImageRegistry();
let count = 0;

beforeAll(() => {
  writeFileSync(join(temp, 'main.go'), 'package main\nfunc main() { println("it ran") }\n');
  writeFileSync(join(temp, 'Dockerfile'), 'FROM scratch\nCOPY program /program\nRUN ["/program"]\n');
  writeFileSync(join(temp, 'go.mod'), 'module program\n');
  const env = { ...process.env, GOARCH: other, CGO_ENABLED: '0' };
  execFileSync('go', ['build', '-o', 'program', '.'], { cwd: temp, env });
});
afterAll(() => rmSync(temp, { recursive: true }));

/** Builds and pushes with a new BuildKit. @param folder what it looks for commands in besides. @returns lines and platforms. */
async function release(folder?: string) {
  const builder = await RealBuildKit.start(await buildBuildKit(), { commands: folder });
  const run: RunTool = (command, args, options) =>
    runTool(command, args, { ...options, env: { ...builder.env, ...options?.env } });
  const engine = new DockerEngine(registry, run);
  const image = ImageRef.of('127.0.0.1:5000/emulation', `image-${process.pid}`, `${Date.now()}-${++count}`);
  const lines: string[] = [];
  try {
    const recipe = { context: temp, dockerfile: join(temp, 'Dockerfile'), settings: { ...plainBuild, platforms } };
    const build = { ...recipe, sourceDate: new Date('2026-11-24T12:00:00Z'), labels: {}, images: [image] };
    await engine.build(build, (line) => lines.push(line));
    const digest = await engine.push(image, () => {});
    return { lines, platforms: (await registry.platforms(image.withDigest(digest)))?.map(String) };
  } finally {
    await engine.forget(image);
    await builder.stop();
  }
}

it('is named where it is missing', async () => {
  await expect(release()).rejects.toMatchObject({
    facts: { type: 'image-build-failed', reason: expect.stringContaining(`linux/${other}`) as string },
  });
});

it('lets the step run', async () => {
  const commands = mkdtempSync(join(temp, 'commands-'));
  // BuildKit looks for an emulator of its own by this name; it needs none of the kernel's settings.
  symlinkSync(`/usr/bin/qemu-${emulator}-static`, join(commands, `buildkit-qemu-${emulator}`));
  const released = await release(commands);
  expect(released.lines.join('\n')).toContain('it ran');
  expect(released.platforms).toEqual([`linux/${other}`]);
});

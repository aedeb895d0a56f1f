import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBuildKit } from '../../../../local-platform/src/platform.ts';
import { RealBuildKit } from '../../../../simulators/src/builders/real-buildkit.ts';
import { plainBuild } from '../../model/build/build-settings.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import { HttpImageRegistry } from '../registry/http-image-registry.ts';
import { DockerEngine } from './docker-engine.ts';
import { runTool, type RunTool } from './run-tool.ts';

// The first run on a machine compiles BuildKit.
jest.setTimeout(1_800_000);

const temp = mkdtempSync(join(tmpdir(), 'ssh-'));
const before = { ...process.env };
/** Messages that the agent of this machine got. */
const asked: number[] = [];
const agent = createServer((connection) =>
  connection.on('data', (message) => {
    asked.push(message[4]!);
    // It has no keys: SSH_AGENT_IDENTITIES_ANSWER, of none.
    connection.write(Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 0]));
  }),
);

/** Asks the agent for its keys (SSH_AGENTC_REQUEST_IDENTITIES), as ssh does. */
const program = `package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	agent, err := net.Dial("unix", os.Getenv("SSH_AUTH_SOCK"))
	if err != nil {
		panic(err)
	}
	agent.Write([]byte{0, 0, 0, 1, 11})
	answer := make([]byte, 9)
	if _, err := io.ReadFull(agent, answer); err != nil {
		panic(err)
	}
	fmt.Println("the agent answered", answer[4])
}
`;

beforeAll(async () => {
  writeFileSync(join(temp, 'main.go'), program);
  writeFileSync(join(temp, 'go.mod'), 'module program\n');
  execFileSync('go', ['build', '-o', 'program', '.'], { cwd: temp, env: { ...process.env, CGO_ENABLED: '0' } });
  const recipe = 'FROM scratch\nCOPY program /program\nRUN --mount=type=ssh ["/program"]\n';
  writeFileSync(join(temp, 'Dockerfile'), recipe);
  const socket = join(temp, 'agent');
  await new Promise<void>((resolve) => agent.listen(socket, resolve));
  process.env['SSH_AUTH_SOCK'] = socket;
});
afterAll(() => {
  process.env = before;
  agent.close();
  rmSync(temp, { recursive: true });
});

it('lets a step of BuildKit reach the agent of this machine, where the build names it', async () => {
  const builder = await RealBuildKit.start(await buildBuildKit());
  const run: RunTool = (command, args, options) =>
    runTool(command, args, { ...options, env: { ...builder.env, ...options?.env } });
  const engine = new DockerEngine(new HttpImageRegistry(), run);
  const image = ImageRef.of('127.0.0.1:5000/ssh', `image-${process.pid}`, `${Date.now()}`);
  const build = (ssh: readonly string[], lines: string[]) => {
    const recipe = { context: temp, dockerfile: join(temp, 'Dockerfile'), settings: { ...plainBuild, ssh } };
    const sourceDate = new Date('2026-11-24T12:00:00Z');
    return engine.build({ ...recipe, sourceDate, labels: {}, images: [image] }, (line) => lines.push(line));
  };
  try {
    await expect(build([], [])).rejects.toMatchObject({ facts: { type: 'image-build-failed' } });
    expect(asked).toEqual([]);
    const lines: string[] = [];
    await build(['default'], lines);
    expect(lines.join('\n')).toContain('the agent answered 12');
    expect(asked).toContain(11);
  } finally {
    await engine.forget(image);
    await builder.stop();
  }
});

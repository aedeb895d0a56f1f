import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { runProcess } from './run-process.ts';

const node = (script: string) => [process.execPath, ['-e', script]] as const;

/** Script of a process that does not end when it is asked to. */
const deaf = "process.on('SIGTERM', () => {});";

/** Waits until a process is gone. @returns false when it still is there after 20 s. */
async function ended(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 400; attempt++) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    // A zombie whose parent is gone is taken away by the first process, which need not be quick.
    if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return true;
    await pause(50);
  }
  return false;
}

describe('runProcess', () => {
  it('returns the exit code and both outputs, and reports each piece as it comes', async () => {
    const pieces: string[] = [];
    const result = await runProcess(...node('console.log("out"); console.error("err"); process.exit(3)'), {
      onOutput: (stream, chunk) => pieces.push(`${stream}: ${chunk}`),
    });
    expect(result).toEqual({ state: 'ended', code: 3, stdout: Buffer.from('out\n'), stderr: Buffer.from('err\n') });
    expect(pieces.sort()).toEqual(['stderr: err\n', 'stdout: out\n']);
  });

  it('passes folder, environment and input, which is empty by default', async () => {
    const echo = 'process.stdin.on("data", (text) => process.stdout.write(text + process.cwd() + process.env.A))';
    const given = await runProcess(...node(echo), { cwd: '/', env: { A: 'b' }, input: 'in ' });
    expect(given).toMatchObject({ state: 'ended', code: 0, stdout: Buffer.from('in /b') });
    expect(await runProcess(...node(echo))).toMatchObject({ state: 'ended', code: 0, stdout: Buffer.from('') });
  });

  it('passes arguments as they are, without a shell', async () => {
    const argument = '$(id); "a b" *';
    const result = await runProcess(process.execPath, ['-p', 'process.argv[1]', argument]);
    expect(result).toMatchObject({ stdout: Buffer.from(`${argument}\n`) });
  });

  it('does not fail when a command ends before it has read its input', async () => {
    expect(await runProcess(...node('process.exit(4)'), { input: 'x'.repeat(1_000_000) })).toMatchObject({ code: 4 });
  });

  it('kills a command that takes too long, also when a process of its own keeps the output open', async () => {
    const script = `console.log('begun');
      require('node:child_process').spawn('sleep', ['5'], { stdio: 'inherit' });
      process.on('SIGTERM', () => {});
      setInterval(() => {}, 1000);`;
    const started = performance.now();
    const result = await runProcess(...node(script), { timeoutMs: 1000 });
    expect(result.state).toBe('timed-out');
    expect(performance.now() - started).toBeLessThan(4000);
  });

  it.each([
    ['politely', '', ''],
    ['by force, when it does not end', deaf, deaf],
    ['and what it leaves behind', '', deaf],
  ])('ends a command %s, and what it has started, when it is aborted', async (_, itself, guard) => {
    const script = `${itself} const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', "${guard} setInterval(() => {}, 1000)"], { stdio: 'inherit' });
      child.once('spawn', () => console.log(String(child.pid)));
      setInterval(() => {}, 1000);`;
    const asked = new AbortController();
    let pid = 0;
    const running = runProcess(...node(script), {
      signal: asked.signal,
      onOutput: (_stream, chunk) => {
        pid = Number(chunk);
        // Time to take hold of its signals.
        setTimeout(() => asked.abort(), 500);
      },
    });
    expect(await running).toMatchObject({ state: 'ended', code: 1 });
    expect(pid).toBeGreaterThan(1);
    await expect(ended(pid)).resolves.toBe(true);
  });

  it('ends a command at once whose signal was aborted before', async () => {
    const begun = performance.now();
    await runProcess(...node('setInterval(() => {}, 1000)'), { signal: AbortSignal.abort() });
    expect(performance.now() - begun).toBeLessThan(4000);
  });

  it('reports a command that is not installed, without waiting for its timeout', async () => {
    const result = await runProcess('no-such-command-here', [], { timeoutMs: 60_000, input: 'x' });
    expect(result).toMatchObject({ state: 'not-started', cause: { code: 'ENOENT' } });
  });

  it('takes the end by a signal for an error', async () => {
    expect(await runProcess(...node('process.kill(process.pid)'))).toMatchObject({ state: 'ended', code: 1 });
  });
});

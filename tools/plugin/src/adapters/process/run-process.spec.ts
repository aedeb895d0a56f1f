import { runProcess } from './run-process.ts';

const node = (script: string) => [process.execPath, ['-e', script]] as const;

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

  it('reports a command that is not installed, without waiting for its timeout', async () => {
    const result = await runProcess('no-such-command-here', [], { timeoutMs: 60_000, input: 'x' });
    expect(result).toMatchObject({ state: 'not-started', cause: { code: 'ENOENT' } });
  });

  it('takes the end by a signal for an error', async () => {
    expect(await runProcess(...node('process.kill(process.pid)'))).toMatchObject({ state: 'ended', code: 1 });
  });
});

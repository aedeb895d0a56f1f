import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand, tryCommand } from './run-command.ts';

describe('tryCommand', () => {
  it('reports the exit code and the last lines of a command that fails', async () => {
    const result = await tryCommand(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect(result).toMatchObject({ code: 3, stdout: 'out\n' });
    expect([...result.lastLines].sort()).toEqual(['err', 'out']);
  });

  it('reports 127 when the command is not installed, and 124 when its time is up', async () => {
    expect((await tryCommand(['no-such-command'])).code).toBe(127);
    expect((await tryCommand(['sleep', '60'], { timeoutMs: 50 })).code).toBe(124);
  });

  it('kills every command of a signal that fires, without a warning of leaking listeners', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const stop = new AbortController();
    const running = Array.from({ length: 25 }, () => tryCommand(['sleep', '60'], { signal: stop.signal }));
    const outcomes = Promise.allSettled(running);
    await sleep(50);
    stop.abort(new Error('enough'));
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: Error('enough') });
    await sleep(10);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('starts nothing when its signal has fired', async () => {
    await expect(tryCommand(['sleep', '60'], { signal: AbortSignal.abort(new Error('late')) })).rejects.toThrow('late');
  });
});

describe('runCommand', () => {
  it('throws what failed and the last lines of the command', async () => {
    await expect(runCommand('list nothing', ['sh', '-c', 'echo no; exit 2'])).rejects.toMatchObject({
      facts: { type: 'platform-command-failed', evidence: ['no'] },
    });
  });
});

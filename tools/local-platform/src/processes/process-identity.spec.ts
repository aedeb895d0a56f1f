import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  argumentsOf,
  descendantsOf,
  findProcess,
  hasVariable,
  isRunning,
  parsePsLine,
  parseProcessStat,
  signalProcess,
} from './process-identity.ts';

const line =
  '4711 (a (strange) name) S 17 4711 4711 0 -1 4194560 1 0 0 0 5 6 0 0 20 0 9 0 123456 1000 100 18446744073709551615';

describe('parseProcessStat', () => {
  it('reads past a command with blanks and parentheses', () => {
    expect(parseProcessStat(line)).toEqual({ pid: 4711, state: 'S', parent: 17, startTime: 123456 });
  });

  it.each(['', '4711 (x', 'x (y) S 1'])('knows nothing of %j', (text) => {
    expect(parseProcessStat(text)).toBeUndefined();
  });
});

describe('a process', () => {
  it('is found while it runs, and only it', async () => {
    const child = spawn('sleep', ['60'], { env: { ...process.env, POC_MARK: 'here' } });
    await once(child, 'spawn');
    const found = findProcess(child.pid ?? 0);
    if (found === undefined) throw new Error('not found');
    expect(found.parent).toBe(process.pid);
    expect(isRunning(found)).toBe(true);
    expect(isRunning({ pid: found.pid, startTime: found.startTime - 1 })).toBe(false);
    expect(argumentsOf(found.pid)).toEqual(['sleep', '60']);
    expect(hasVariable(found.pid, 'POC_MARK', 'here')).toBe(true);
    expect(hasVariable(found.pid, 'POC_MARK', 'her')).toBe(false);

    // A recycled pid: the signal goes nowhere.
    signalProcess({ pid: found.pid, startTime: found.startTime - 1 }, 'SIGKILL');
    expect(isRunning(found)).toBe(true);

    const exit = once(child, 'exit');
    signalProcess(found, 'SIGKILL');
    await exit;
    expect(isRunning(found)).toBe(false);
    signalProcess(found, 'SIGKILL');
  });
});

describe('descendantsOf', () => {
  const process = (pid: number, parent: number) => ({ pid, parent, startTime: pid, state: 'S' });

  it('finds all that is below, whatever the order', () => {
    const all = [process(5, 4), process(4, 2), process(2, 1), process(3, 1), process(9, 8)];
    expect(
      descendantsOf(new Set([2]), all)
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual([4, 5]);
  });

  it('ends when processes go in a circle', () => {
    expect(descendantsOf(new Set([1]), [process(1, 2), process(2, 1)]).map(({ pid }) => pid)).toEqual([2]);
  });
});

describe('where there is no /proc', () => {
  it.each([
    ['  501     1 Ss   Sat Nov 28 20:15:02 2026', { pid: 501, parent: 1, state: 'S' }],
    ['77 501 Z+ Tue Dec  1 09:05:00 2026    \n', { pid: 77, parent: 501, state: 'Z' }],
  ])('reads a line of ps %j', (line, facts) => {
    const stat = parsePsLine(line);
    expect(stat).toMatchObject(facts);
    expect(new Date(stat!.startTime).getFullYear()).toBe(2026);
  });

  it.each(['', 'ps: illegal option', '  501     1 Ss   soon'])('reads nothing of %j', (line) => {
    expect(parsePsLine(line)).toBeUndefined();
  });

  it('asks ps for this very process, and for one that has ended', () => {
    expect(findProcess(process.pid, 'darwin')).toMatchObject({ pid: process.pid, parent: process.ppid });
    expect(findProcess(process.pid, 'darwin')).toMatchObject({
      startTime: findProcess(process.pid, 'darwin')!.startTime,
    });
    const { pid } = spawnSync('true');
    expect(findProcess(pid, 'darwin')).toBeUndefined();
  });
});

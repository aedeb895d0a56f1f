import type { TaskResult } from '@nx/devkit';
import { differenceMark } from './difference-mark.ts';
import { exitCodeOf } from './exit-code.ts';
import { hiddenResults } from './hidden-results.ts';
import { refusalMarkOf } from './refusal-mark.ts';

function result(target: string, status: TaskResult['status'], terminalOutput?: string): TaskResult {
  const task = { id: `orders:${target}`, target: { project: 'orders', target } } as TaskResult['task'];
  return {
    task,
    status,
    code: status === 'failure' ? 1 : 0,
    ...(terminalOutput === undefined ? {} : { terminalOutput }),
  };
}

describe('exitCodeOf', () => {
  const refused = result('release', 'failure', `Could not release orders.\n${refusalMarkOf({ deploys: true })}\n`);

  it.each([
    ['nothing ran', [], undefined],
    ['all went well', [result('release', 'success', 'done')], undefined],
    ['a refusal', [refused, result('test', 'success')], 2],
    ['two refusals, and one that was skipped for them', [refused, refused, result('git-tag', 'skipped')], 2],
    ['a refusal and a failure', [refused, result('release', 'failure', 'Could not build.')], 1],
    ['differences', [result('diff', 'success', `a\n${differenceMark}\n`), result('diff', 'success', 'none')], 3],
    ['differences and a refusal', [result('diff', 'success', differenceMark), refused], 2],
    ['differences and a failure', [result('diff', 'success', differenceMark), result('test', 'failure')], 1],
    ['a failure without any output', [result('test', 'failure')], 1],
    [
      'a refusal of a command that only reads',
      [result('status', 'failure', `no\n${refusalMarkOf({ deploys: false })}\n`)],
      2,
    ],
    ['an interruption', [result('test', 'failure'), result('build', 'stopped')], undefined],
    ['a failure whose text speaks of a refusal', [result('test', 'failure', 'It was Refused. So')], 1],
  ])('%s', (_, results, code) => expect(exitCodeOf(results)).toBe(code));
});

describe('hiddenResults', () => {
  const results = [result('release', 'success', 'orders: done\n'), result('test', 'success', 'tests\n')];

  it('tells what services said in a command for many, and nothing else', () => {
    expect(hiddenResults(results, ['nx', 'run-many', '-t', 'release'])).toBe('\norders: done\n');
    expect(hiddenResults(results, ['nx', 'run', 'orders:release'])).toBe('');
    expect(hiddenResults([result('release', 'failure', 'no')], ['nx', 'affected'])).toBe('');
  });
});

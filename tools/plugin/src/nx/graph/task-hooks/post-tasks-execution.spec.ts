import type { TaskResult } from '@nx/devkit';
import { differenceMark } from './difference-mark.ts';
import { exitCodeOf } from './exit-code.ts';
import { hiddenResults } from './hidden-results.ts';
import { interruptionMark } from './interruption-mark.ts';
import { outcomeRow, writeOutcomes } from '../../executors/output/outcome-row.ts';
import { terminalOf } from '../../executors/output/terminal.ts';
import { takeOutcomes } from './outcomes.ts';
import { showsColors, showTerminal } from './show-terminal.ts';
import { findingsMarkOf, refusalMarkOf } from './refusal-mark.ts';

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
    ['an examination that found something', [result('doctor', 'failure', findingsMarkOf({ wrong: 2, of: 14 }))], 2],
    ['an interruption', [result('test', 'failure'), result('build', 'stopped')], undefined],
    ['an interruption that we say', [refused, result('release', 'failure', `no\n${interruptionMark}\n`)], 130],
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

  it('leaves out checks that found nothing', () => {
    const lint = (text: string) => hiddenResults([result('api-lint', 'success', text)], ['nx', 'affected']);
    expect(lint('orders: no problems\n')).toBe('');
    expect(lint('a:1:1 warning b c\norders: 1 warning\n')).toBe('\na:1:1 warning b c\norders: 1 warning\n');
  });

  it('ends with a table of what was deployed, those that failed first, instead of their lines', () => {
    const row = (service: string, isFailed: boolean, ...cells: string[]) => ({
      service,
      isFailed,
      cells: [service, ...cells],
    });
    const outcomes = [
      row('orders', false, '20261124-1', '', 'preprod', 'deployed'),
      row('shop', true, '', '', '', 'failed: No.'),
    ];
    const shown = hiddenResults(results, ['nx', 'affected'], outcomes);
    expect(shown).toBe(
      [
        '\nSERVICE  BUILD       ENVIRONMENT  OUTCOME\n',
        'shop                              failed: No.\n',
        'orders   20261124-1  preprod      deployed\n',
      ].join(''),
    );
    expect(hiddenResults(results, ['nx', 'run', 'orders:release'], outcomes)).toBe('');
  });
});

describe('outcomes', () => {
  it('are read once from the file that tasks write', () => {
    showTerminal();
    const file = process.env['POC_OUTCOMES_FILE'];
    const terminal = terminalOf({});
    const rows = [outcomeRow({ service: 'orders', outcome: 'failed: No.', state: 'failed' }, terminal)];
    writeOutcomes({ POC_OUTCOMES_FILE: file }, rows);
    writeOutcomes({ POC_OUTCOMES_FILE: file }, rows);
    expect(takeOutcomes(file)).toEqual([...rows, ...rows]);
    expect(takeOutcomes(file)).toEqual([]);
    expect(takeOutcomes(undefined)).toEqual([]);
  });
});

describe('showsColors', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ NX_ORIGINAL_FORCE_COLOR: '0' }, true, false],
    [{ TERM: 'dumb' }, true, false],
  ])('with %j, on a terminal: %s', (env, isTerminal, shown) => expect(showsColors(env, isTerminal)).toBe(shown));
});

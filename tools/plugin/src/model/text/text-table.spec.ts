import { textTable, wrapped } from './text-table.ts';

const rows = [
  ['SERVICE', 'dev', 'preprod'],
  ['orders', '-', ['20261124-1', 'since noon by ada']],
  ['\u001b[1mpayments\u001b[22m', '20261124-2', '\u001b[32mwell\u001b[39m'],
];

describe('textTable', () => {
  it('makes columns as wide as their widest cell, colours aside', () => {
    expect(textTable(rows)).toEqual([
      'SERVICE   dev         preprod',
      'orders    -           20261124-1',
      '                      since noon by ada',
      '\u001b[1mpayments\u001b[22m  20261124-2  \u001b[32mwell\u001b[39m',
    ]);
    expect(textTable(rows, 39)).toEqual(textTable(rows));
  });

  it('puts cells below each other when the terminal is too narrow', () => {
    expect(textTable(rows, 38)).toEqual([
      'orders',
      '  preprod  20261124-1',
      '           since noon by ada',
      '\u001b[1mpayments\u001b[22m',
      '  dev      20261124-2',
      '  preprod  \u001b[32mwell\u001b[39m',
    ]);
    expect(textTable(rows, 24).slice(1, 4)).toEqual([
      '  preprod  20261124-1',
      '           since noon by',
      '           ada',
    ]);
  });

  it('is empty without rows', () => expect(textTable([])).toEqual([]));
});

describe('wrapped', () => {
  it('breaks between words and never within one', () => {
    expect(wrapped('the quick brownest fox', 9)).toEqual(['the quick', 'brownest', 'fox']);
    expect(wrapped('incomprehensible', 5)).toEqual(['incomprehensible']);
  });
});

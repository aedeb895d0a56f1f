import { parseStatus } from './working-tree-status.ts';

const names = `${'a'.repeat(40)} ${'b'.repeat(40)}`;

it('tells what differs on the disk from what differs in the index, below the workspace', () => {
  const entries = [
    `1 .M N... 100644 100644 100755 ${names} shop/a b.ts`,
    `1 M. N... 100644 100644 100644 ${names} shop/staged.ts`,
    `1 .D N... 100644 100644 000000 ${names} shop/gone.ts`,
    `1 .A N... 000000 000000 100644 ${names} shop/intended.ts`,
    `u UU N... 100644 100644 100644 100755 ${names} ${'c'.repeat(40)} shop/conflict.ts`,
    `1 .M N... 100644 100644 100644 ${names} elsewhere.ts`,
    '? shop/new\nline.ts',
    '? shop/nested/',
    '! shop/dist/',
    '? shop/',
  ];
  expect(parseStatus(entries.map((each) => `${each}\0`).join(''), 'shop/')).toEqual({
    changed: new Map([
      ['a b.ts', '100755'],
      ['gone.ts', '000000'],
      ['intended.ts', '100644'],
      ['conflict.ts', '100755'],
    ]),
    staged: ['staged.ts', 'conflict.ts'],
    untracked: ['new\nline.ts', 'nested/'],
    ignored: ['dist/'],
  });
});

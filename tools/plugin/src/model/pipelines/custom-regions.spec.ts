import fc from 'fast-check';
import { Refusal } from '../errors/product-error.ts';
import { keepRegions } from './custom-regions.ts';

const generated = `name: x
# region custom: pool
pool: default
# endregion
steps:
  # region custom: setup
  # endregion
  - script: new
`;
const existing = `name: old
# region custom: pool
pool: ours

# endregion
steps:
  # region custom: setup
      - script: indented as we like
  # endregion
  - script: old
`;

const refusalOf = (text: string, before: string): string => {
  try {
    keepRegions(text, before, 'ci.yml');
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return (error as Refusal).explain();
  }
  throw new Error('not refused');
};

/** Lines of a hand that are no marks themselves. */
const written = fc.array(
  fc.string({ maxLength: 20 }).filter((line) => !/[\r\n]|# (region|endregion)/.test(line)),
  {
    maxLength: 5,
  },
);

describe('keepRegions', () => {
  it('keeps what stands in the regions, and nothing else of the old text', () => {
    expect(keepRegions(generated, existing, 'ci.yml')).toBe(`name: x
# region custom: pool
pool: ours

# endregion
steps:
  # region custom: setup
      - script: indented as we like
  # endregion
  - script: new
`);
  });

  it('begins with what is generated', () => {
    expect(keepRegions(generated, undefined, 'ci.yml')).toBe(generated);
    expect(keepRegions(generated, 'another text\n', 'ci.yml')).toBe(generated);
  });

  it('keeps any lines, and changes nothing the second time', () => {
    fc.assert(
      fc.property(written, written, (pool, setup) => {
        const own = [
          '# region custom: setup',
          ...setup,
          '# endregion',
          '# region custom: pool',
          ...pool,
          '# endregion',
        ];
        const text = keepRegions(generated, own.join('\n'), 'ci.yml');
        expect(text.split('\n')).toEqual([
          ...['name: x', '# region custom: pool', ...pool, '# endregion', 'steps:'],
          ...['  # region custom: setup', ...setup, '  # endregion', '  - script: new', ''],
        ]);
        expect(keepRegions(generated, text, 'ci.yml')).toBe(text);
      }),
    );
  });

  it('reads a file with the line ends of Windows', () => {
    expect(keepRegions(generated, existing.replaceAll('\n', '\r\n'), 'ci.yml')).toBe(
      keepRegions(generated, existing, 'ci.yml'),
    );
  });

  it('loses nothing that has no place any more', () => {
    expect(refusalOf('steps: []\n', existing)).toBe(
      'Could not generate ci.yml: It no longer has a region for "pool" (line 2), "setup" (line 7).\n' +
        '  hint: Move that to one of the regions there are (none), or remove it. [bad-region]',
    );
    expect(keepRegions('steps: []\n', '# region custom: setup\n\n  \n# endregion\n', 'ci.yml')).toBe('steps: []\n');
  });

  it.each([
    ['a region without an end', '# region custom: setup\n', 'The region "setup" (line 1) has no end.'],
    ['one inside another', '# region custom: a\n# region custom: b\n# endregion\n', '"a" (line 1) has no end.'],
    ['two of the same name', '# region custom: a\n# endregion\n# region custom: a\n# endregion\n', 'twice (line 3)'],
  ])('refuses %s', (_, text, reason) => expect(refusalOf(generated, text)).toContain(reason));
});

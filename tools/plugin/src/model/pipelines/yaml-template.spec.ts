import fc from 'fast-check';
import { parse } from 'yaml';
import { paragraphs, scalar, Yaml, yaml } from './yaml-template.ts';

/** Texts with quotes, line ends and what YAML has a meaning for. */
const texts = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'\n\t\'":,[]{}#&*-? a1\u2028ü\\') }));

const textOf = (lines: Yaml) => lines.toString();

describe('yaml', () => {
  it('keeps a text without values, without its own indentation', () => {
    expect(
      textOf(yaml`
        name: ci

        on:
          push:
      `),
    ).toBe('name: ci\n\non:\n  push:\n');
  });

  it('indents lines, lists and mappings like the line that they stand in', () => {
    const step = yaml`
      script: npm ci

      env:
        ${{ A: '1', B: 'b' }}
    `;
    const text = textOf(yaml`
      steps:
        - ${step}
        ${[yaml`- checkout: self`, yaml`- script: ls`]}
      paths:
        - include:
            ${['a', '*']}
    `);
    expect(text).toBe(
      "steps:\n  - script: npm ci\n\n    env:\n      A: '1'\n      B: b\n  - checkout: self\n  - script: ls\n" +
        "paths:\n  - include:\n      - a\n      - '*'\n",
    );
  });

  it('leaves out a line whose value is undefined or holds no line', () => {
    expect(
      textOf(yaml`
        a: 1
        b: ${undefined}
        ${[]}
        ${new Yaml([])}
        c: 2
      `),
    ).toBe('a: 1\nc: 2\n');
  });

  it('quotes what stands behind a key or a dash where it needs to', () => {
    expect(
      textOf(yaml`
        - ${'no'}
        - name: Promote to ${'a: b'}
        - ${'x'}: ${'y'}
          uses: ${yaml`some/action@123 # v1`}
          max: ${4}
      `),
    ).toBe("- 'no'\n- name: 'Promote to a: b'\n- 'x: y'\n  uses: some/action@123 # v1\n  max: 4\n");
  });

  it('puts a text into comments, scripts and keys as it is', () => {
    expect(
      textOf(yaml`
        # for ${'#1'}
        ${'job'}:
          run: |
            echo ${'a: b'}
            ${'one\ntwo'}
      `),
    ).toBe('# for #1\njob:\n  run: |\n    echo a: b\n    one\n    two\n');
  });

  it('refuses lines inside a line', () => {
    expect(() => yaml`a: ${yaml`b: 1\nc: 2`}`).toThrow('A line of YAML cannot hold');
  });

  it('writes texts that are read as they were, wherever they stand', () => {
    fc.assert(
      fc.property(texts, fc.array(texts), (text, list) => {
        const written = textOf(yaml`
          key: ${text}
          flow: ${list}
          list:
            - ${text}
            ${list}
          map:
            ${{ A: text }}
        `);
        for (const version of ['1.1', '1.2'] as const)
          expect(parse(written, { version })).toEqual({
            ...{ key: text, flow: list, list: [text, ...list] },
            map: { A: text },
          });
      }),
    );
  });
});

describe('paragraphs', () => {
  it('puts an empty line between parts', () => {
    expect(paragraphs([yaml`a: 1`, yaml`b: 2`]).lines).toEqual(['a: 1', '', 'b: 2']);
  });
});

describe('scalar', () => {
  it.each([
    ['a (b); c, d', 'a (b); c, d'],
    ['*', "'*'"],
    ['y', "'y'"],
    ["it's: x", '"it\'s: x"'],
    ['two\nlines', '"two\\nlines"'],
  ])('writes %j as %s', (text, expected) => expect(scalar(text)).toBe(expected));
});

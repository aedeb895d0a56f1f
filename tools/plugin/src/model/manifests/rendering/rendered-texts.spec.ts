import fc from 'fast-check';
import { renderedTexts } from './rendered-texts.ts';

describe('renderedTexts', () => {
  it('puts objects of a template together, and those of charts inside by themselves', () => {
    const output = [
      '---\n# Source: web/templates/a.yaml\nkind: A',
      '---\n# Source: web/charts/db/templates/a.yaml\nkind: B',
      '--- # a comment\n# Source: web/templates/a.yaml\nkind: C',
      '---\n# nothing but a comment\n',
      '---\nkind: D\n',
    ].join('\n');
    const texts = renderedTexts(output, 'apps/web/chart', 'templates/unknown.yaml');
    expect([...texts.keys()]).toEqual([
      'apps/web/chart/(rendered) templates/a.yaml',
      'apps/web/chart/(rendered) charts/db/templates/a.yaml',
      'apps/web/chart/(rendered) templates/unknown.yaml',
    ]);
    expect([...texts.values()][0]).toMatch(/kind: A\n---\n[^]*kind: C/);
  });

  it('loses no document, and names no path out of the folder', () => {
    const line = fc.constantFrom(
      'kind: A',
      '---',
      '# Source: web/../../etc/x.yaml',
      '# Source: a/b.yaml',
      '',
      'x: |',
      '  ---',
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const texts = renderedTexts(lines.join('\n'), 'f', 'o.yaml');
        const kept = [...texts.values()]
          .join('\n')
          .split('\n')
          .filter((each) => each === 'kind: A').length;
        expect(kept).toBe(lines.filter((each) => each === 'kind: A').length);
        for (const path of texts.keys()) expect(path.startsWith('f/(rendered) ')).toBe(true);
      }),
    );
  });
});

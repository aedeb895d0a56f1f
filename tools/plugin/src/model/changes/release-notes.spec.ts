import fc from 'fast-check';
import { BuildNumber } from '../release/build-number.ts';
import type { ReleaseDiff } from './release-diff.ts';
import { describeReleaseDiff } from './describe-changes.ts';
import { codeMarkdown, plainMarkdown } from '../text/markdown.ts';
import { releaseNotes } from './release-notes.ts';

const commit = (id: string, author: string, subject: string, pullRequests: number[] = []) => {
  return { id: id.repeat(40), author, date: '2026-11-25T10:00:00+01:00', subject, pullRequests };
};

const nothing: ReleaseDiff = {
  service: 'orders',
  from: { environment: 'prod', buildNumber: BuildNumber.parse('20261124-1')!, commit: 'a'.repeat(40), dirty: false },
  to: { environment: 'preprod', buildNumber: BuildNumber.parse('20261126-2')!, commit: 'b'.repeat(40), dirty: false },
  commits: [],
  lostCommits: [],
  isHistoryCut: false,
  authors: [],
  pullRequests: [],
  api: { state: 'none' },
  manifests: { state: 'compared', environment: 'prod', changes: [] },
  dependencies: { changes: [], unknown: [] },
};

const everything: ReleaseDiff = {
  ...nothing,
  to: { commit: 'b'.repeat(40), dirty: true },
  commits: [
    { ...commit('b', 'Ada', 'feat(orders)!: at most 50 (#12)', [12]), url: 'https://github.com/o/r/commit/bbbb' },
    commit('c', 'Grace <g@x>', 'fix: @everyone <script>alert(1)</script> fixes #3 ![x](https://evil.example/p.png)'),
    commit('d', 'Ada', '- [ ] `code` **bold** www.evil.example GH-7 o/r#8 \u202egnp'),
  ],
  lostCommits: [commit('e', 'Eve', '1. only there')],
  isHistoryCut: true,
  authors: [
    { name: 'Ada', commits: 2 },
    { name: 'Grace <g@x>', commits: 1 },
  ],
  pullRequests: [
    { number: 12, title: 'feat(orders)!: at most 50', url: 'https://github.com/o/r/pull/12' },
    { number: 9 },
  ],
  api: {
    state: 'compared',
    operations: [
      { operation: 'DELETE /{id}', change: 'added', isBreaking: false, reasons: [] },
      {
        operation: 'POST /',
        change: 'changed',
        isBreaking: true,
        reasons: [
          { text: 'request body quantity: maximum 100 → 50', isBreaking: true },
          { text: 'response 409: new', isBreaking: false },
        ],
      },
    ],
  },
  manifests: {
    state: 'compared',
    environment: 'prod',
    changes: [
      {
        kind: 'Deployment',
        name: 'orders',
        action: 'configured',
        fields: [
          { path: 'spec.replicas', from: '2', to: '3' },
          { path: 'spec.x', from: undefined, to: '"a`b"' },
        ],
      },
      { kind: 'ConfigMap', name: 'settings', action: 'deleted', fields: [] },
    ],
  },
  dependencies: {
    changes: [
      { ecosystem: 'npm', name: '@scope/a', from: '1.2.3', to: '1.3.0' },
      { ecosystem: 'npm', name: 'b', from: undefined, to: '1.0.0' },
      { ecosystem: 'go', name: 'example.com/c', from: 'v1.0.0', to: undefined },
    ],
    unknown: ['package-lock.json at bbbbbbbbbbbb: It is not JSON.'],
  },
};

const unreadable: ReleaseDiff = {
  ...nothing,
  api: { state: 'unknown', reason: 'openapi.yaml at aaaa: There is no such file.' },
  manifests: { state: 'unknown', reason: 'The manifests of aaaa cannot be read: <b>' },
};

describe('describeChanges', () => {
  it('lists commits, API changes, dependencies and manifests', () =>
    expect(`\n${describeReleaseDiff(everything).join('\n')}\n`).toMatchSnapshot());
  it('says so when nothing changed', () => expect(`\n${describeReleaseDiff(nothing).join('\n')}\n`).toMatchSnapshot());
  it('names what could not be compared, with the reason', () =>
    expect(`\n${describeReleaseDiff(unreadable).join('\n')}\n`).toMatchSnapshot());

  it('shows 50 commits and counts the others', () => {
    const commits = Array.from({ length: 2000 }, (_, i) => commit('a', 'Ada', `change ${i}`));
    const lines = describeReleaseDiff({ ...nothing, commits });
    expect(lines.filter((line) => line.includes('change '))).toHaveLength(50);
    expect(lines).toContain('  and 1950 more');
  });

  it('lets no commit control the terminal', () => {
    const hostile = { ...nothing, commits: [commit('a', 'A\u001b[2J', 'x\u001b]0;y\u0007\rz')] };
    // eslint-disable-next-line no-control-regex
    expect(describeReleaseDiff(hostile).join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe('releaseNotes', () => {
  it('lists commits, API changes, dependencies and manifests', () =>
    expect(`\n${releaseNotes(everything)}`).toMatchSnapshot());
  it('says so when nothing changed', () => expect(`\n${releaseNotes(nothing)}`).toMatchSnapshot());
  it('names what could not be compared, with the reason', () =>
    expect(`\n${releaseNotes(unreadable)}`).toMatchSnapshot());

  it('says of a package that it went back, moved, or comes from elsewhere', () => {
    const source = { from: undefined, to: 'https://git.example/<b>#1' };
    const change = { ecosystem: 'nuget', name: 'A', from: '2.0.0', to: '1.0.0', isDowngrade: true } as const;
    const moved = { ecosystem: 'python', name: 'b', from: '1.0', to: '1.0', nowIs: 'transitive', source } as const;
    const notes = releaseNotes({ ...nothing, dependencies: { changes: [change, moved], unknown: [] } });
    expect(notes).toContain('- `A` `2.0.0` → `1.0.0` (nuget; downgrade)\n');
    expect(notes).toMatch(/^- `b` `1\.0` \(python; now transitive; from .*git\.example.*, before the registry\)$/m);
    expect(notes).not.toContain('<b>');
  });

  it('fits into a release on GitHub, whatever the commits say', () => {
    const long = '`'.repeat(5000);
    const many = <T>(value: T, length = 100): T[] => Array.from({ length }, () => value);
    const operations = many({
      operation: long,
      change: 'changed',
      isBreaking: true,
      reasons: many({ text: long, isBreaking: true }),
    } as const);
    const notes = releaseNotes({
      ...everything,
      commits: many(commit('a', '&'.repeat(300), '<'.repeat(300)), 5000),
      authors: many({ name: '@'.repeat(300), commits: 1 }),
      api: { state: 'compared', operations },
    });
    expect(notes.length).toBeLessThan(125_000);
    expect(notes).toMatch(/\nThe rest is left out, because it is too long.\n$/);
  });

  it('lets no text of others do anything', () => {
    const piece = fc.constantFrom(
      ...[
        '@ada',
        '#12',
        'fixes #3',
        '<b>',
        '</details>',
        '![x](y)',
        '[x](y)',
        '`',
        '``',
        '\\',
        '\\\\',
        '*',
        '_',
        '\n',
        '\r\n- x',
      ],
      ...[
        'https://github.com/o/r/issues/4',
        'GH-5',
        'AB#6',
        'www.x.example',
        '&#64;ada',
        '&lt;',
        '|',
        '~~x~~',
        '$a$',
        '# h',
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'grapheme' }))), (pieces) => {
        const text = pieces.join('');
        const shown = plainMarkdown(text);
        expect(shown).not.toMatch(/[<>\n\r]/);
        expect(shown).not.toMatch(/[@#](?!&#8203;|8203;)/);
        expect(shown).not.toMatch(/:\/\//);
        // Each character of Markdown's has an odd number of backslashes before it.
        for (const [, slashes = ''] of shown.matchAll(/(\\*)[`*_[\]|~$]/g)) expect(slashes.length % 2).toBe(1);
        const code = codeMarkdown(text);
        const [, fence = ''] = /^(`+)[^`]/.exec(code) ?? [];
        expect(code).not.toMatch(/[\n\r]/);
        expect(code.slice(fence.length, -fence.length)).not.toMatch(new RegExp(`(?<!\`)${fence}(?!\`)`));
      }),
    );
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documentedPaths, linkedFiles } from './documented-paths.ts';

const root = join(__dirname, '..', '..');
const inDocs = readdirSync(join(root, 'docs'), { recursive: true }).map((name) => `docs/${String(name)}`);
/** What a page has its reader make. */
const examples = ['Infrastructure/environments/staging.yaml'];
const pages = [...readdirSync(root), ...inDocs].filter((name) => name.endsWith('.md')).sort();

it('returns the paths of the repository that a page names', () => {
  const page = '`tools/a/{b,c}.ts`, `tools/d/*.e2e.ts`, `apps/<service>/k8s`, `nx run orders:release`, `ports/x.ts`.';
  expect(documentedPaths(page)).toEqual(['tools/a/b.ts', 'tools/a/c.ts', 'tools/d', 'tools/plugin/src/ports/x.ts']);
});

it('returns the files that a page links to', () => {
  expect(linkedFiles('[a](b.md#c), [d](../e.md), [f](#g), [h](https://example.com/i)')).toEqual(['../e.md', 'b.md']);
});

it.each(pages)('%s names and links only what exists', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const missing = [
    ...documentedPaths(text).filter((path) => !existsSync(join(root, path)) && !examples.includes(path)),
    ...linkedFiles(text).filter((target) => !existsSync(join(root, dirname(page), target))),
  ];
  expect(missing).toEqual([]);
});

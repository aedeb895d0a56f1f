import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { anchorsOf, documentedPaths, pageLinks } from './documented-paths.ts';

const root = join(__dirname, '..', '..');
const inDocs = readdirSync(join(root, 'docs'), { recursive: true }).map((name) => `docs/${String(name)}`);
/** The files that a page asks its reader to create. */
const examples = [
  'Infrastructure/allowed-signers',
  'Infrastructure/allowed-signers.asc',
  'Infrastructure/environments/staging.yaml',
  'Infrastructure/kubernetes/secrets.yaml',
  'Infrastructure/kubernetes/secrets/preprod.sops.yaml',
  'apps/billing/Billing.csproj',
  'libs/pricing/go.mod',
  'libs/pricing/project.json',
  'libs/pricing/pyproject.toml',
];
const pages = [...readdirSync(root), ...inDocs].filter((name) => name.endsWith('.md')).sort();

it('returns the paths of the repository that a page names', () => {
  const page = '`tools/a/{b,c}.ts`, `tools/d/*.e2e.ts`, `apps/<service>/k8s`, `nx run orders:release`, `ports/x.ts`.';
  expect(documentedPaths(page)).toEqual(['tools/a/b.ts', 'tools/a/c.ts', 'tools/d', 'tools/plugin/src/ports/x.ts']);
});

it('returns the links of a page that stay in the repository', () => {
  expect(pageLinks('[a](b.md#c), [d](../e.md), [f](#g), [h](https://example.com/i)')).toEqual([
    { file: 'b.md', anchor: 'c' },
    { file: '../e.md', anchor: undefined },
    { file: '', anchor: 'g' },
  ]);
});

it('returns the anchors of headings', () => {
  expect(anchorsOf("# A database's schema\n\n## Without `--env`?\n")).toEqual(['a-databases-schema', 'without---env']);
});

/** Returns the links that lead to no file, or to no heading of it. */
function brokenLinks(page: string, text: string): string[] {
  return pageLinks(text).flatMap(({ file, anchor }) => {
    const target = file === '' ? join(root, page) : join(root, dirname(page), file);
    const isThere =
      existsSync(target) && (anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(anchor));
    return isThere ? [] : [`${file}${anchor === undefined ? '' : `#${anchor}`}`];
  });
}

it.each(pages)('%s names and links only what exists', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const missing = documentedPaths(text).filter((path) => !existsSync(join(root, path)) && !examples.includes(path));
  expect([...missing, ...brokenLinks(page, text)]).toEqual([]);
});

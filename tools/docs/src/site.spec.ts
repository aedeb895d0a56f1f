import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../..');
const dist = join(root, 'tools/docs/site/dist');
const files = existsSync(dist)
  ? readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(html|js|css)$/.test(name))
  : [];
const read = (name: string) => readFileSync(join(dist, name), 'utf8');

/** Hosts that sites commonly load fonts, icons and scripts from. */
const foreignHosts =
  /fonts\.(googleapis|gstatic)\.com|use\.typekit\.net|fontawesome\.com|cdn\.[\w-]+\.\w+|unpkg\.com|cdnjs|esm\.(sh|run)|skypack\.dev|iconify\.design|algolia\.net/;
/** What a browser loads by itself, in HTML and in style sheets. */
const foreignLoads =
  /<(?:link|script|img|iframe|source|video)\b[^>]*\s(?:src|href)=["']?(?:https?:)?\/\/|url\(\s*["']?(?:https?:)?\/\/|@import\s+["'](?:https?:)?\/\//;

it('is built (else run `npm run docs`)', () => {
  expect(files).toContain('index.html');
});

it('names no host of fonts, icons or scripts, and loads nothing from another one', () => {
  const found = files.flatMap((name) => {
    const text = read(name);
    const hosts = name.endsWith('.html') ? [] : (foreignHosts.exec(text) ?? []).slice(0, 1);
    const loads = name.endsWith('.js') ? [] : (foreignLoads.exec(text) ?? []).slice(0, 1);
    return [...hosts, ...loads].map((what) => `${name}: ${what}`);
  });
  expect(found).toEqual([]);
});

it('has every page, and a way to each in the sidebar', () => {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html'));
  expect(pages.filter((name) => !files.includes(name))).toEqual([]);
  const home = read('index.html');
  const isLinked = (name: string) => home.includes(`href="/${name.replace(/(^|\/)index\.html$/, '$1')}"`);
  expect(pages.filter((name) => !isLinked(name))).toEqual([]);
});

it('searches without a server', () => {
  expect(files.some((name) => /^assets\/chunks\/@localSearchIndexroot\..*\.js$/.test(name))).toBe(true);
});

it.each([
  ['<link rel="stylesheet" href="https://host.example/a.css">', true],
  ['@font-face { src: url(//host.example/a.woff2) }', true],
  ['<a href="https://host.example">', false],
  ['<script type="module" src="/assets/app.js">', false],
])('finds out whether %s loads from another host', (text, isForeign) => {
  expect(foreignLoads.test(text)).toBe(isForeign);
});

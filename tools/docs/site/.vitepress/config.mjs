import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { mermaidBlocks } from './mermaid-blocks.mjs';
import { packagesOfPages } from './packages-of-pages.mjs';
import { repositoryLinks } from './repository-links.mjs';
import { sidebar } from './sidebar.mjs';

const title = 'Release microservices from a monorepo';

/** The site of docs/: the pages as they lie. A link to a page that is not there fails the build (VitePress' default). */
export default defineConfig({
  title: '@poc/plugin',
  description: title,
  lang: 'en',
  srcDir: '../../../docs',
  outDir: './dist',
  cacheDir: './.cache',
  // A folder of pages has its list as README.md, which GitHub shows by itself.
  rewrites: {
    'README.md': 'index.md',
    'decisions/README.md': 'decisions/index.md',
    'reference/README.md': 'reference/index.md',
  },
  vite: {
    logLevel: 'warn',
    plugins: [packagesOfPages()],
    resolve: {
      alias: [{ find: /^.*\/VPSocialLinks\.vue$/, replacement: join(import.meta.dirname, 'theme/Nothing.vue') }],
    },
    // Mermaid comes with the first diagram, not before.
    build: { chunkSizeWarningLimit: 3000 },
  },
  markdown: {
    config(markdown) {
      mermaidBlocks(markdown);
      repositoryLinks(markdown);
    },
  },
  themeConfig: {
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'Reference', link: '/reference/' },
      { text: 'Errors', link: '/errors' },
    ],
    sidebar,
    outline: [2, 3],
    // All words, nearly as they are written: any of them, and any that resembles one, would find every page.
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          options: { processTerm: (word) => (word.length < 3 ? null : word.toLowerCase()) },
          searchOptions: { combineWith: 'AND', fuzzy: 0.1, prefix: true, boost: { title: 4, text: 2, titles: 1 } },
        },
      },
    },
    docFooter: { prev: false, next: false },
  },
});

import { join } from 'node:path';

/** A plugin of Vite that takes the packages which pages import from here: the pages lie outside of this folder. */
export function packagesOfPages() {
  const here = join(import.meta.dirname, 'config.mjs');
  return {
    name: 'packages-of-pages',
    enforce: 'pre',
    resolveId(source, importer, options) {
      if (!/^vue(\/|$)/.test(source) || !importer?.includes('/docs/')) return undefined;
      return this.resolve(source, here, { ...options, skipSelf: true });
    },
  };
}

// Makes the page of the dashboard: one script and one style sheet, in memory. CommonJS, because the plugin loads it with
// require before anything can read TypeScript.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/**
 * Bundles the page.
 * @returns {Promise<{ html: string, js: string, css: string, inputs: string[] }>} html links `/dashboard.js` and
 * `/dashboard.css`; inputs are its sources, relative to the repository.
 */
exports.bundleDashboard = async () => {
  const root = join(__dirname, '../..');
  const { outputFiles, metafile } = await require('esbuild').build({
    absWorkingDir: root,
    entryPoints: { dashboard: join(__dirname, 'src/main.tsx') },
    outdir: join(__dirname, 'dist'),
    bundle: true,
    minify: true,
    format: 'iife',
    // Words are written with signs that ASCII lacks; the page says that it is UTF-8.
    charset: 'utf8',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: {},
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const textOf = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text;
  return {
    html: readFileSync(join(__dirname, 'src/index.html'), 'utf8'),
    js: textOf('.js'),
    css: textOf('.css'),
    inputs: Object.keys(metafile.inputs),
  };
};

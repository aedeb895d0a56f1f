// Makes the page of the dashboard: its script, its style sheet, and the script that lays graphs out, in memory. CommonJS, because the plugin loads it with
// require before anything can read TypeScript.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/**
 * Bundles the page.
 * @returns {Promise<{ html: string, js: string, css: string, graphLayout: string, inputs: string[] }>} html links
 * `/dashboard.js` and `/dashboard.css`, and loads `/graph-layout.js` as a worker when a graph is to be drawn; inputs are its
 * sources, relative to the repository.
 */
exports.bundleDashboard = async () => {
  const root = join(__dirname, '../..');
  const { outputFiles, metafile } = await require('esbuild').build({
    absWorkingDir: root,
    entryPoints: {
      dashboard: join(__dirname, 'src/main.tsx'),
      'graph-layout': join(__dirname, 'src/views/graph/layout-worker.ts'),
    },
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
    js: textOf('/dashboard.js'),
    css: textOf('/dashboard.css'),
    graphLayout: textOf('/graph-layout.js'),
    inputs: Object.keys(metafile.inputs),
  };
};

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from '../../model/errors/product-error.ts';
import { isPackage, pluginFolder } from '../../model/product/installation.ts';
import { readPackedFile } from '../installation/packed-file.ts';

/** A file as a browser gets it. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

/** The page's files by their paths; `/` is the page itself. */
export type DashboardPage = ReadonlyMap<string, PageFile>;

interface Texts {
  readonly html: string;
  readonly js: string;
  readonly css: string;
  /** A script of its own, which is loaded when a graph is to be drawn. */
  readonly graphLayout: string;
}

const bundler = 'tools/dashboard/bundle.cjs';

/**
 * Returns the page. The package has it; in the plugin's own repository it is bundled from its sources, which takes a quarter
 * of a second beside the first look at the clusters. @throws {Failure} when that does not succeed.
 */
export async function dashboardPage(workspaceRoot: string): Promise<DashboardPage> {
  try {
    return pageOf(isPackage ? await fromPackage(workspaceRoot) : await fromSources(workspaceRoot));
  } catch (cause) {
    throw new Failure({
      type: 'dashboard-incomplete',
      doing: 'put the page of the dashboard together',
      reason: cause instanceof Error ? cause.message : String(cause),
      remedy: isPackage ? 'Install the plugin again.' : 'Run `npm ci`, which installs what it is bundled with.',
      cause,
    });
  }
}

/** Returns the page of its texts. */
export function pageOf({ html, js, css, graphLayout }: Texts): DashboardPage {
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: Buffer.from(html) }],
    ['/dashboard.js', { type: 'text/javascript; charset=utf-8', body: Buffer.from(js) }],
    ['/graph-layout.js', { type: 'text/javascript; charset=utf-8', body: Buffer.from(graphLayout) }],
    ['/dashboard.css', { type: 'text/css; charset=utf-8', body: Buffer.from(css) }],
  ]);
}

async function fromPackage(root: string): Promise<Texts> {
  const folder = join(pluginFolder(root), 'assets/dashboard');
  const [html, js, css, graphLayout] = await Promise.all(
    ['index.html', 'dashboard.js', 'dashboard.css', 'graph-layout.js'].map(async (file) =>
      (await readPackedFile(join(folder, file))).toString('utf8'),
    ),
  );
  return { html: html!, js: js!, css: css!, graphLayout: graphLayout! };
}

async function fromSources(root: string): Promise<Texts> {
  const { default: bundle } = (await import(pathToFileURL(join(root, bundler)).href)) as {
    readonly default: { readonly bundleDashboard: () => Promise<Texts> };
  };
  return bundle.bundleDashboard();
}

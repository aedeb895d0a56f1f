import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Failure } from '../../model/errors/product-error.ts';

/** A file as a browser gets it. */
export interface SiteFile {
  readonly type: string;
  readonly body: Buffer;
}

/** The page and all that it loads, by the path beside it. */
export type PortalSite = ReadonlyMap<string, SiteFile>;

/** Where the plugin keeps the page, and where npm keeps the viewer; relative to the workspace's root. */
const pageFolder = 'tools/plugin/assets/portal';
const viewerFolder = 'node_modules/swagger-ui-dist';
const sources = [
  ...['index.html', 'portal.css', 'portal.js', 'elements.js', 'viewer.js'].map((name) => ({
    name,
    folder: pageFolder,
    file: name,
  })),
  ...['swagger-ui.css', 'swagger-ui-bundle.js'].map((name) => ({ name, folder: viewerFolder, file: name })),
  { name: 'favicon.png', folder: viewerFolder, file: 'favicon-32x32.png' },
  // The viewer's licence asks for it wherever its files are.
  ...['LICENSE', 'NOTICE'].map((file) => ({ name: `swagger-ui.${file}.txt`, folder: viewerFolder, file })),
];
const policyPlace = 'CONTENT-SECURITY-POLICY';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.png': 'image/png',
};

/** Puts the page together. @param data what it loads, by path. @throws {Failure} when a file of the page is missing. */
export async function portalSite(
  workspaceRoot: string,
  data: ReadonlyMap<string, string>,
  securityPolicy: string,
): Promise<PortalSite> {
  const own = await Promise.all(
    sources.map(async ({ name, folder, file }): Promise<[string, Buffer]> => {
      const body = await readAsset(join(workspaceRoot, folder, file), folder);
      const isPage = name === 'index.html';
      return [name, isPage ? Buffer.from(body.toString().replace(policyPlace, () => securityPolicy)) : body];
    }),
  );
  const loaded = [...data].map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]);
  return new Map([...own, ...loaded].map(([name, body]) => [name, { type: types[extname(name)]!, body }]));
}

async function readAsset(path: string, folder: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Failure({
      type: 'portal-incomplete',
      doing: 'put the page together',
      reason: `${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)}).`,
      remedy:
        folder === viewerFolder
          ? 'Install the packages of the workspace.'
          : 'Check out the file: `git checkout -- tools`.',
      cause,
    });
  }
}

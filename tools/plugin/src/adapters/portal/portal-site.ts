import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { isPackage, pluginFolder } from '../../model/product/installation.ts';
import { Failure } from '../../model/errors/product-error.ts';
import { readPackedFile } from '../installation/packed-file.ts';

/** A file as a browser gets it. */
export interface SiteFile {
  readonly type: string;
  readonly body: Buffer;
}

/** The page and all that it loads, by the path beside it. */
export type PortalSite = ReadonlyMap<string, SiteFile>;

/** A file of the page, and in which folder it lies. */
interface Source {
  readonly name: string;
  readonly folder: 'page' | 'viewer';
  readonly file: string;
}

const sources: readonly Source[] = [
  ...['index.html', 'portal.css', 'portal.js', 'elements.js', 'viewer.js'].map((name) => ({
    name,
    folder: 'page' as const,
    file: name,
  })),
  ...['swagger-ui.css', 'swagger-ui-bundle.js'].map((name) => ({ name, folder: 'viewer' as const, file: name })),
  { name: 'favicon.png', folder: 'viewer', file: 'favicon-32x32.png' },
  // The viewer's licence asks for it wherever its files are.
  ...['LICENSE', 'NOTICE'].map((file) => ({ name: `swagger-ui.${file}.txt`, folder: 'viewer' as const, file })),
];
/** Files that the package has by Brotli: the largest one is a fifth of it. */
const compressed = ['swagger-ui-bundle.js', 'swagger-ui.css'];
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
      const body = await readAsset(join(folderOf(folder, workspaceRoot), file), folder);
      const isPage = name === 'index.html';
      return [name, isPage ? Buffer.from(body.toString().replace(policyPlace, () => securityPolicy)) : body];
    }),
  );
  const loaded = [...data].map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]);
  return new Map([...own, ...loaded].map(([name, body]) => [name, { type: types[extname(name)]!, body }]));
}

/** Where the plugin keeps the page, and where the viewer is: npm's place for it, or beside the page in the package. */
function folderOf(folder: Source['folder'], root: string): string {
  if (folder === 'page') return join(pluginFolder(root), 'assets/portal');
  return isPackage ? join(pluginFolder(root), 'assets/swagger-ui') : join(root, 'node_modules/swagger-ui-dist');
}

async function readAsset(path: string, folder: Source['folder']): Promise<Buffer> {
  try {
    if (!isPackage || !compressed.includes(basename(path))) return await readFile(path);
    return await readPackedFile(path);
  } catch (cause) {
    throw new Failure({
      type: 'portal-incomplete',
      doing: 'put the page together',
      reason: `${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)}).`,
      remedy:
        isPackage || folder === 'viewer'
          ? 'Install the packages of the workspace.'
          : 'Check out the file: `git checkout -- tools`.',
      cause,
    });
  }
}

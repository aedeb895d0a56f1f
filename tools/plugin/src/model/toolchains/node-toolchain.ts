import { satisfies, valid, validRange, coerce } from 'semver';
import { badVersionFile } from './bad-version-file.ts';
import type { InstalledTool, Toolchain } from './toolchain.ts';

/** Lines of long-term support by their names. */
const ltsLines: Readonly<Record<string, number>> = {
  ...{ argon: 4, boron: 6, carbon: 8, dubnium: 10, erbium: 12, fermium: 14, gallium: 16, hydrogen: 18 },
  ...{ iron: 20, jod: 22, krypton: 24 },
};

/** @returns undefined where the file says no version. @throws {Refusal} */
export function readNodeFile(file: string, text: string): Toolchain | undefined {
  return file.endsWith('package.json') ? ofPackage(file, text) : ofVersionFile(file, text);
}

function ofPackage(file: string, text: string): Toolchain | undefined {
  let engines: unknown;
  try {
    ({ engines } = (JSON.parse(text) ?? {}) as { engines?: unknown });
  } catch (error) {
    throw badVersionFile('node', file, `This is not JSON: ${(error as Error).message}`, 'Fix it.');
  }
  const version = typeof engines === 'object' && engines !== null ? (engines as Record<string, unknown>)['node'] : null;
  if (version === undefined || version === null) return undefined;
  if (typeof version === 'string' && validRange(version) !== null) return ofRange(file, version, version);
  throw badVersionFile(
    'node',
    file,
    `The range ${JSON.stringify(version)} of engines.node cannot be understood.`,
    'Write one like ">=20.19" or "^22".',
  );
}

/** `.nvmrc` and `.node-version`: a version or the beginning of one, an alias, or a range. */
function ofVersionFile(file: string, text: string): Toolchain | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim());
  // nvm lets lines of settings stand beside the version.
  const written = lines.find((line) => line !== '' && !/^[\w.-]+\s*=/.test(line));
  if (written === undefined) return undefined;
  const alias = ofAlias(file, written);
  if (alias) return alias;
  const version = /^v?(\d+(?:\.\d+){0,2})$/.exec(written)?.[1];
  // A newer one of the same major version keeps what it promises.
  if (version !== undefined) return ofRange(file, version, `^${version}`);
  const exact = valid(written);
  if (exact !== null) return ofRange(file, exact, `>=${exact} <${coerce(exact)!.major + 1}`);
  if (validRange(written) !== null) return ofRange(file, written, written);
  throw badVersionFile(
    'node',
    file,
    `"${written}" is not a version of Node.js.`,
    'Write one like 22.11.0, 22 or lts/*.',
  );
}

function ofAlias(file: string, written: string): Toolchain | undefined {
  const name = written.toLowerCase();
  if (/^(node|stable|latest|current)$/.test(name)) return toolchain(file, written, 'latest', hasAny);
  if (/^(lts|lts\/\*|lts\/-\d+)$/.test(name)) return toolchain(file, written, 'lts/*', ({ lts }) => lts !== undefined);
  const [, line] = /^lts\/([a-z]+)$/.exec(name) ?? [];
  if (line === undefined) return undefined;
  const major = ltsLines[line];
  return toolchain(file, written, major === undefined ? written : String(major), ({ lts, versions }) =>
    major === undefined ? lts?.toLowerCase() === line : versions.some((version) => satisfies(version, `^${major}`)),
  );
}

function ofRange(file: string, written: string, range: string): Toolchain {
  return toolchain(file, written, written, ({ versions }) =>
    versions.some((version) => satisfies(version, range, { includePrerelease: true })),
  );
}

function toolchain(file: string, version: string, setup: string, accepts: Toolchain['accepts']): Toolchain {
  return { language: 'node', version, file, wanted: `Node.js ${version}`, setup, accepts };
}

function hasAny({ versions }: InstalledTool): boolean {
  return versions.length > 0;
}

import type { Language } from './toolchain.ts';

/** Files that say a version: of those in one folder the first one counts, except for Go, where the highest version does. */
export const versionFiles = {
  node: ['.nvmrc', '.node-version', 'package.json'],
  go: ['go.mod', 'go.work'],
  python: ['.python-version', 'pyproject.toml'],
  dotnet: ['global.json'],
} as const satisfies Readonly<Record<Language, readonly string[]>>;

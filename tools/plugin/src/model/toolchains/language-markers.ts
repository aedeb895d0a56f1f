import type { Language } from './toolchain.ts';

/** Files that make a folder a project of a language: what its packages or its build are described in. */
const markers: readonly (readonly [Language, RegExp])[] = [
  ['go', /^go\.mod$|^main\.go$/],
  ['python', /^(pyproject\.toml|requirements[^/]*\.txt|Pipfile|setup\.(py|cfg))$/],
  ['dotnet', /\.((cs|fs|vb)proj|slnx?)$/],
];

/** Returns the languages that the files of a project's folder, by their names, are a project of. */
export function languagesOfMarkers(names: readonly string[]): Set<Language> {
  return new Set(markers.flatMap(([language, marker]) => (names.some((name) => marker.test(name)) ? language : [])));
}

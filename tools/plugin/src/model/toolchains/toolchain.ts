/** A language that this workspace's tools know. */
export type Language = 'node' | 'go' | 'python' | 'dotnet';

/** A language's tool in the words of its users. */
export const toolNames: Readonly<Record<Language, string>> = {
  node: 'Node.js',
  go: 'Go',
  python: 'Python',
  dotnet: '.NET SDK',
};

/** A language's tool on a machine. */
export interface InstalledTool {
  /** More than one where they lie side by side, as SDKs of .NET do. */
  readonly versions: readonly string[];
  /** Name of the line of long-term support that Node.js is of, such as `Jod`. */
  readonly lts?: string | undefined;
  /** Set for a tool that fetches the version that is wanted itself: Go, unless `GOTOOLCHAIN` forbids it. */
  readonly fetchesOthers?: boolean;
}

/** A language that a service needs on the machine that builds it, in a version. */
export interface Toolchain {
  readonly language: Language;
  /** As the file says it: `>=20.19`, `1.24`; undefined for any. */
  readonly version: string | undefined;
  /** The file that says so, relative to the workspace's root; undefined where none does. */
  readonly file: string | undefined;
  /** For people: `Go 1.24 or newer`. */
  readonly wanted: string;
  /** The version that a pipeline sets up: a plain one, except for Node.js, where it may be a range or `lts/*`; undefined for any. */
  readonly setup: string | undefined;
  /** Reports whether what a machine has will do. */
  accepts(installed: InstalledTool): boolean;
}

/** Returns the need of a language in any version. */
export function anyVersion(language: Language): Toolchain {
  return {
    language,
    version: undefined,
    file: undefined,
    wanted: language === 'dotnet' ? 'the .NET SDK' : toolNames[language],
    setup: undefined,
    accepts: ({ versions }) => versions.length > 0,
  };
}

/** Leaves away what is there before: the same need of the same file. */
export function distinctToolchains(toolchains: readonly Toolchain[]): Toolchain[] {
  const byKey = new Map(toolchains.map((each) => [`${each.language}\0${each.version}\0${each.file}`, each]));
  // One that says a version says more than one that says none.
  const said = new Set([...byKey.values()].filter(({ file }) => file !== undefined).map(({ language }) => language));
  return [...byKey.values()].filter(({ language, file }) => file !== undefined || !said.has(language));
}

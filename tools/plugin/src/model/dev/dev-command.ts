/** How Nx's target `build` is written down. */
export interface BuildTarget {
  readonly command?: unknown;
  readonly options?: {
    readonly command?: unknown;
    readonly commands?: unknown;
    readonly cwd?: unknown;
  };
}

/** How a service is bundled. */
export interface BundleCommand {
  /** `esbuild` itself, which is told where to put the bundle; or a script of Node.js, which is told by `scriptVariables`. */
  readonly by: 'esbuild' | 'script';
  readonly args: readonly string[];
  /** Name of the bundle: `main.cjs`. */
  readonly fileName: string;
  /** Relative to the workspace's root. */
  readonly cwd: string;
}

/** Variables that tell a script which bundles where to put the bundle, and where what esbuild says of its inputs. */
export const scriptVariables = { folder: 'BUNDLE_FOLDER', metafile: 'BUNDLE_METAFILE' } as const;

/**
 * Returns how a service is bundled, as its target `build` says: there is one place for it.
 * @param projectRoot relative to the workspace's root. @param dockerfile names the bundle that a script makes.
 * @returns undefined when the build calls neither esbuild nor a script of Node.js.
 */
export function bundleCommand(
  target: BuildTarget | undefined,
  projectRoot: string,
  dockerfile = '',
): BundleCommand | undefined {
  const { command, options = {} } = target ?? {};
  const inPlace = (text: string) => text.replaceAll('{projectRoot}', projectRoot).replaceAll('{workspaceRoot}/', '');
  const cwd = typeof options.cwd === 'string' ? inPlace(options.cwd) : '.';
  const lines = [command, options.command, ...[options.commands].flat()].map(lineOf);
  for (const part of lines.flatMap((line) => line.split(/&&|\|\||;/))) {
    const words = wordsOf(inPlace(part));
    const found = esbuildCall(words) ?? scriptCall(words, dockerfile);
    if (found) return { ...found, cwd };
  }
  return undefined;
}

function esbuildCall(words: readonly string[]): Omit<BundleCommand, 'cwd'> | undefined {
  const at = words.findIndex((word) => /(^|\/)esbuild$/.test(word));
  if (at === -1 || words.slice(0, at).some((word) => !/^(npx|--\S*|\w+=\S*)$/.test(word))) return undefined;
  const args = words.slice(at + 1);
  const outfile = args.find((arg) => arg.startsWith('--outfile='))?.slice('--outfile='.length);
  if (outfile === undefined) return undefined;
  return {
    by: 'esbuild',
    args: args.filter((arg) => !/^--(outfile|outdir|watch|metafile|sourcemap)\b/.test(arg)),
    fileName: outfile.slice(outfile.lastIndexOf('/') + 1),
  };
}

function scriptCall([node, ...args]: readonly string[], dockerfile: string): Omit<BundleCommand, 'cwd'> | undefined {
  if (node !== 'node' || !args.some((arg) => /\.[cm]?js$/.test(arg))) return undefined;
  const bundle = startOf(dockerfile)?.find((arg) => /\.[cm]?js$/.test(arg)) ?? 'main.cjs';
  return { by: 'script', args, fileName: bundle.slice(bundle.lastIndexOf('/') + 1) };
}

/** Returns the arguments with which an image starts a bundle with Node.js: those before the bundle's name. */
export function nodeArguments(dockerfile: string, fileName: string): readonly string[] {
  const args = startOf(dockerfile) ?? [];
  const at = args.findIndex((arg) => arg.replace(/^.*\//, '') === fileName);
  return at === -1 ? ['--enable-source-maps'] : args.slice(0, at);
}

/** Returns the arguments with which an image starts Node.js, if it does. */
function startOf(dockerfile: string): readonly string[] | undefined {
  const [, list = ''] = [...dockerfile.matchAll(/^\s*CMD\s+(\[.*\])\s*$/gim)].at(-1) ?? [];
  try {
    const [node, ...args] = JSON.parse(list) as unknown[];
    return typeof node === 'string' && /(^|\/)node$/.test(node) ? args.map(String) : undefined;
  } catch {
    // It has none, or no list.
    return undefined;
  }
}

/** Returns the image that a service's own is made from. */
export function baseImage(dockerfile: string): string | undefined {
  const stages = new Map<string, string>();
  let last: string | undefined;
  for (const [, image = '', name] of dockerfile.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)) {
    last = stages.get(image.toLowerCase()) ?? image;
    if (name !== undefined) stages.set(name.toLowerCase(), last);
  }
  return last;
}

/** Places that a stack's own command may name. */
export interface CommandPlaces {
  /** A folder of this run alone, which is removed at its end. */
  readonly temp: string;
  readonly port: number;
}

/** Returns a stack's own command with its places: `{temp}`, `{port}`. */
export function placed(command: readonly string[], { temp, port }: CommandPlaces): string[] {
  return command.map((word) => word.replaceAll('{temp}', temp).replaceAll('{port}', String(port)));
}

function lineOf(command: unknown): string {
  if (typeof command === 'string') return command;
  const { command: line } = (command ?? {}) as { command?: unknown };
  return typeof line === 'string' ? line : '';
}

/** Words of a command line, without their quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain!,
  );
}

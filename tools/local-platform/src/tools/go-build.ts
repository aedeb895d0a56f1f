import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/run-command.ts';
import { inWorkFolder } from '../storage/work-folder.ts';

/** One run of `go install`. */
export interface GoBuild {
  /** The go command. */
  readonly go: string;
  /** Folder of the go.mod. */
  readonly folder: string;
  /** The main packages to build: paths, or `tool` for all `tool` lines of the go.mod. */
  readonly packages: readonly string[];
  /** Flags of the linker, such as version stamps. */
  readonly linkerFlags: string;
  /** Build tags, where parts in C are compiled too; without them there are none. */
  readonly cgoTags?: readonly string[] | undefined;
  /** Folder that the binaries are put into. */
  readonly target: string;
  readonly signal?: AbortSignal | undefined;
}

/** Linking a binary takes about as long as compiling this many packages. */
const linkWeight = 25;

/** Returns the weight of the piece of work that Go starts with this line of its output; 0 for any other line. */
export function weightOfLine(line: string): number {
  if (/\/compile -o \$WORK\//.test(line)) return 1;
  if (/\/link -o \$WORK\//.test(line)) return linkWeight;
  return 0;
}

/**
 * Returns how much work a build is, by the packages that are not in Go's build cache yet.
 * @param listing lines of `go list -deps` as `import path<TAB>stale reason<TAB>name`.
 */
export function workOfListing(listing: string): number {
  let work = 0;
  for (const line of listing.split('\n')) {
    const [path, reason = '', name] = line.split('\t');
    if (!path || path === 'unsafe') continue;
    if (reason !== '' && !reason.includes('available in build cache')) work += 1;
    if (name === 'main') work += linkWeight;
  }
  return work;
}

function environmentOf({ cgoTags }: Pick<GoBuild, 'cgoTags'>) {
  return { CGO_ENABLED: cgoTags === undefined ? '0' : '1', GOFLAGS: '-buildvcs=false' };
}

/**
 * Lets the compiler collect its own garbage later. Each of its processes ends within a second or so: with Go's default
 * a sixth of the processor time of a build is spent on memory that would be free a moment later.
 */
const compilerMemory = { GOGC: '400' };

/** Returns the flags that decide what is compiled, the same for listing and building. */
function compilerFlags({ cgoTags = [] }: GoBuild): string[] {
  return ['-gcflags=all=-dwarf=false', ...(cgoTags.length === 0 ? [] : [`-tags=${cgoTags.join(',')}`])];
}

/** Downloads the modules of a build. */
export async function downloadModules(build: GoBuild): Promise<void> {
  const { go, folder, packages, signal } = build;
  const argv = [go, 'list', '-deps', ...compilerFlags(build), '-f', '', ...packages];
  await runCommand(`download the Go modules of ${folder}`, argv, { cwd: folder, env: environmentOf(build), signal });
}

/** Compiles packages into Go's build cache, with the settings of a build. */
export async function compilePackages(build: GoBuild, packages: readonly string[]): Promise<void> {
  const { go, folder, signal } = build;
  const env = { ...environmentOf(build), ...compilerMemory };
  const argv = [go, 'build', ...compilerFlags(build), ...packages];
  await runCommand(`compile ${packages.join(' ')}`, argv, { cwd: folder, env, signal });
}

/** Returns how much work the build is now. Downloads the modules. */
export async function measureBuild(build: GoBuild): Promise<number> {
  const { go, folder, packages, signal } = build;
  const format = '{{.ImportPath}}\t{{.StaleReason}}\t{{.Name}}';
  const argv = [go, 'list', '-deps', ...compilerFlags(build), '-f', format, ...packages];
  return workOfListing(
    await runCommand(`list the Go packages of ${folder}`, argv, { cwd: folder, env: environmentOf(build), signal }),
  );
}

/**
 * Builds the binaries. They appear in the target folder all at once, when all are done.
 * @param onWork called with the weight of each piece of work as Go begins it.
 */
export async function runBuild(build: GoBuild, onWork: (weight: number) => void): Promise<void> {
  await inWorkFolder(build.target, async (staging) => {
    const argv = [
      build.go,
      'install',
      '-x',
      ...compilerFlags(build),
      `-ldflags=${build.linkerFlags}`,
      ...build.packages,
    ];
    await runCommand(`build ${build.packages.join(' ')} of ${build.folder}`, argv, {
      cwd: build.folder,
      env: { ...environmentOf(build), ...compilerMemory, GOBIN: staging },
      signal: build.signal,
      onLine: (line) => {
        const weight = weightOfLine(line);
        if (weight > 0) onWork(weight);
      },
    });
    for (const name of readdirSync(staging)) renameSync(join(staging, name), join(build.target, name));
  });
}

/** Returns the folder of a module's source in Go's module cache; downloads it when it is not there. */
export async function moduleSource(go: string, folder: string, module: string): Promise<string> {
  const argv = [go, 'mod', 'download', '-json', module];
  const answer = await runCommand(`find the source of ${module}`, argv, { cwd: folder, env: environmentOf({}) });
  return (JSON.parse(answer) as { Dir: string }).Dir;
}

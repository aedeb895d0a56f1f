import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/run-command.ts';
import { inWorkFolder } from '../work-folder.ts';

/** One run of Go's compiler that makes binaries. */
export interface GoBuild {
  /** The go command. */
  readonly go: string;
  /** Folder of the go.mod. */
  readonly folder: string;
  /** What to build: `tool` stands for all the `tool` lines of the go.mod. */
  readonly packages: string;
  /** Flags of the linker: version stamps. */
  readonly linkerFlags: string;
  /** Build tags, where parts in C are compiled too; without them there are none. */
  readonly cgoTags?: readonly string[] | undefined;
  /** Where the binaries go to. */
  readonly target: string;
  /** Other names for binaries that Go names after a folder. */
  readonly renamed?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Linking a binary takes about as long as compiling this many packages. */
const linkWeight = 25;

/** Pieces of work that Go names as it starts them, by how much they weigh. */
export function weightOfLine(line: string): number {
  if (/\/compile -o \$WORK\//.test(line)) return 1;
  if (/\/link -o \$WORK\//.test(line)) return linkWeight;
  return 0;
}

/**
 * How much work a build is, by the packages that are not in Go's build cache yet.
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

function tagsOf({ cgoTags = [] }: GoBuild): string[] {
  return cgoTags.length === 0 ? [] : [`-tags=${cgoTags.join(',')}`];
}

/** How much work the build is now. Downloads the modules. */
export async function measureBuild(build: GoBuild): Promise<number> {
  const { go, folder, packages, signal } = build;
  const format = '{{.ImportPath}}\t{{.StaleReason}}\t{{.Name}}';
  const argv = [go, 'list', '-deps', ...tagsOf(build), '-f', format, packages];
  return workOfListing(
    await runCommand(`list the Go packages of ${folder}`, argv, { cwd: folder, env: environmentOf(build), signal }),
  );
}

/**
 * Builds the binaries. They appear in the target folder all at once, when all are done.
 * @param onWork called with the weight of each piece of work as Go begins it.
 */
export async function runBuild(build: GoBuild, onWork: (weight: number) => void): Promise<void> {
  await inWorkFolder(build.target, async (aside) => {
    const argv = [build.go, 'install', '-x', ...tagsOf(build), `-ldflags=${build.linkerFlags}`, build.packages];
    await runCommand(`build ${build.packages} of ${build.folder}`, argv, {
      cwd: build.folder,
      env: { ...environmentOf(build), GOBIN: aside },
      signal: build.signal,
      onLine: (line) => {
        const weight = weightOfLine(line);
        if (weight > 0) onWork(weight);
      },
    });
    for (const name of readdirSync(aside)) {
      renameSync(join(aside, name), join(build.target, build.renamed?.[name] ?? name));
    }
  });
}

/** Folder of a module's source in Go's module cache. */
export async function moduleSource(go: string, folder: string, module: string): Promise<string> {
  const argv = [go, 'list', '-m', '-f', '{{.Dir}}', module];
  return (await runCommand(`find the source of ${module}`, argv, { cwd: folder, env: environmentOf({}) })).trim();
}

import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Output } from '../command/output.ts';
import { tryCommand } from '../processes/run-command.ts';
import { toolFolder, type Folders } from '../storage/folders.ts';
import { findCommand } from '../system-packages.ts';
import { downloadFile, downloadProgram } from '../tools/pinned-program.ts';
import { contourManifests, kindProgram, kubectlProgram, type PinnedFile, type PinnedProgram } from '../versions.ts';

/** A program that the provider runs, and which installed one does as well. */
interface Wanted {
  readonly program: PinnedProgram;
  /** Prints the version. */
  readonly ask: readonly string[];
  fits(version: string): boolean;
}

const wanted: readonly Wanted[] = [
  { program: kindProgram, ask: ['version'], fits: isKindFor },
  { program: kubectlProgram, ask: ['version', '--client', '--output=json'], fits: isKubectlFor },
];

/** Reports whether this answer of `kind version` is of one that knows the pinned node image. */
export function isKindFor(answer: string): boolean {
  const [, major, minor] = /^kind v(\d+)\.(\d+)\./m.exec(answer) ?? [];
  return Number(major) > 0 || Number(minor) >= 30;
}

/** Reports whether this answer of `kubectl version` is of one that Kubernetes supports with the cluster's version. */
export function isKubectlFor(answer: string): boolean {
  const minorOf = (version: string) => Number(/v1\.(\d+)\./.exec(version)?.[1]);
  return Math.abs(minorOf(answer) - minorOf(kubectlProgram.version)) <= 1;
}

/** Returns the folder of `kind` and `kubectl`: the installed ones where they fit, otherwise downloaded. */
export async function ensureKindPrograms(
  folders: Folders,
  output: Output,
  signal: AbortSignal | undefined,
): Promise<string> {
  const folder = kindProgramsFolder(folders);
  for (const { program, ask, fits } of wanted) {
    const path = join(folder, program.name);
    // A link to a program that was removed since does not exist.
    if (existsSync(path)) continue;
    rmSync(path, { force: true });
    const installed = findCommand(program.name);
    const answer = installed === undefined ? undefined : await tryCommand([installed, ...ask], { signal });
    if (installed !== undefined && answer?.code === 0 && fits(answer.stdout)) {
      linkProgram(installed, path);
      continue;
    }
    output.say(`downloading ${program.name} ${program.version}`);
    await downloadProgram(program, process, path, signal);
  }
  return folder;
}

/** Returns the files of the manifests that run Contour in a cluster, in the order of applying them. */
export async function ensureContourManifests(
  folders: Pick<Folders, 'tools'>,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const paths: string[] = [];
  for (const file of contourManifests) {
    const path = contourManifestPath(folders, file);
    if (!existsSync(path)) await downloadFile(file, path, signal);
    paths.push(path);
  }
  return paths;
}

/** The path of one of these files. Its checksum is in the name, so that another version gets another file. */
export function contourManifestPath(folders: Pick<Folders, 'tools'>, { url, sha256 }: PinnedFile): string {
  return join(kindProgramsFolder(folders), '..', `${sha256.slice(0, 12)}-${basename(url)}`);
}

/** The folder of `kind` and `kubectl`, which may not be there yet. */
export function kindProgramsFolder(folders: Pick<Folders, 'tools'>): string {
  return join(toolFolder(folders, 'kind'), 'programs');
}

/** Puts a program that is there already into place. */
export function linkProgram(from: string, path: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  symlinkSync(from, `${path}.${process.pid}`);
  renameSync(`${path}.${process.pid}`, path);
}

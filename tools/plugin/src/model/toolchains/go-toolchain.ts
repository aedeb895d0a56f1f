import { wordsOf } from '../references/go/go-module-file.ts';
import { badVersionFile } from './bad-version-file.ts';
import type { Toolchain } from './toolchain.ts';

/** A version of Go: numbers that can be compared one by one. */
type GoVersion = readonly number[];

/** The directives of a `go.mod` or `go.work` (https://go.dev/doc/toolchain). */
interface GoDirectives {
  readonly file: string;
  /** The least version that builds it. */
  readonly go: string;
  /** The least version of those that are set up. */
  readonly setup: string;
}

/** Since then Go fetches the version that is wanted itself. */
const firstThatFetches = '1.21.0';

/**
 * Returns the need of a module: the highest version that its `go.mod` or the `go.work` above it says.
 * @returns undefined where none says any. @throws {Refusal}
 */
export function readGoFiles(files: readonly { readonly file: string; readonly text: string }[]): Toolchain | undefined {
  const [first, ...others] = files.flatMap(({ file, text }) => directivesOf(file, text) ?? []);
  if (!first) return undefined;
  const { file, go } = others.reduce((most, each) => (compareGo(each.go, most.go) > 0 ? each : most), first);
  const setup = others.reduce((most, each) => highest(most, each.setup), first.setup);
  return {
    language: 'go',
    version: go,
    file,
    wanted: `Go ${go} or newer`,
    setup: inThreeParts(setup),
    accepts: ({ versions, fetchesOthers = false }) =>
      versions.some(
        (version) => compareGo(version, go) >= 0 || (fetchesOthers && compareGo(version, firstThatFetches) >= 0),
      ),
  };
}

function directivesOf(file: string, text: string): GoDirectives | undefined {
  let go: string | undefined;
  let toolchain: string | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [verb, written, ...others] = wordsOf(line);
    if (verb !== 'go' && verb !== 'toolchain') continue;
    const version = verb === 'go' ? written : written?.replace(/^go/, '');
    const isFree = verb === 'toolchain' && written === 'default';
    if (others.length > 0 || (!isFree && (version === undefined || !parseGo(version))))
      throw badVersionFile(
        'go',
        `${file}:${index + 1}`,
        `"${line.trim()}" says no version of Go.`,
        `Write one like "${verb === 'go' ? 'go 1.24.0' : 'toolchain go1.24.3'}".`,
      );
    if (verb === 'go') go = version;
    else if (!isFree) toolchain = version;
  }
  return go === undefined ? undefined : { file, go, setup: highest(go, toolchain ?? go) };
}

/** Reports which version of Go is newer, as a sort needs it. One that is none is older than all. */
export function compareGo(a: string, b: string): number {
  const [left = [], right = []] = [parseGo(a), parseGo(b)];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at < 0 ? left.length - right.length : left[at]! - (right[at] ?? -Infinity);
}

/** `1.24`, the language, comes before `1.24rc1`, which comes before `1.24.0`. */
function parseGo(version: string): GoVersion | undefined {
  const [, major, minor = '0', patch, kind, number = '0'] =
    /^(?:go)?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:(beta|rc)(\d+))?(?:[-+\s].*)?$/.exec(version) ?? [];
  if (major === undefined) return undefined;
  const stage = patch !== undefined ? 3 : kind === 'rc' ? 2 : kind === 'beta' ? 1 : 0;
  return [Number(major), Number(minor), stage, Number(patch ?? number)];
}

function highest(a: string, b: string): string {
  return compareGo(b, a) > 0 ? b : a;
}

/** Returns the version as releases since Go 1.21 are named. */
function inThreeParts(version: string): string {
  const [, language, minor = '0'] = /^(\d+\.(\d+))$/.exec(version) ?? [];
  return language !== undefined && Number(minor) >= 21 ? `${language}.0` : version;
}

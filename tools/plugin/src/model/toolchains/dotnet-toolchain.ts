import { compare, parse, type SemVer } from 'semver';
import { badVersionFile } from './bad-version-file.ts';
import { anyVersion, type Toolchain } from './toolchain.ts';

/** How many of major version, minor version and feature band a chosen SDK has in common with the wanted one. */
const commonParts = { major: 0, minor: 1, feature: 2, patch: 3 } as const;
type Part = keyof typeof commonParts;

const example = '"sdk": { "version": "10.0.100", "rollForward": "latestFeature" }';

/**
 * Returns the need that a `global.json` says (https://learn.microsoft.com/dotnet/core/tools/global-json).
 * @param parsed the file as a value.
 * @returns undefined where it says none. @throws {Refusal}
 */
export function readGlobalJson(file: string, parsed: unknown): Toolchain | undefined {
  const sdk = at(parsed, 'sdk');
  const version = at(sdk, 'version');
  if (version === undefined) return undefined;
  const wanted = typeof version === 'string' ? parse(version) : null;
  if (!wanted || bandOf(wanted) < 1) {
    const reason = `The version ${JSON.stringify(version)} of the SDK is not a whole one.`;
    throw badVersionFile('dotnet', file, reason, `Write it like ${example}.`);
  }
  const rollForward = at(sdk, 'rollForward') ?? 'latestPatch';
  const [, part] = /^(?:latest)?(patch|feature|minor|major)$/i.exec(String(rollForward)) ?? [];
  const isExact = String(rollForward).toLowerCase() === 'disable';
  if (part === undefined && !isExact) {
    const reason = `There is no rollForward ${JSON.stringify(rollForward)}.`;
    const remedy =
      'Choose one of patch, feature, minor, major, latestPatch, latestFeature, latestMinor, latestMajor, disable.';
    throw badVersionFile('dotnet', file, reason, remedy);
  }
  // SDKs in folders of their own: the list of those of the machine does not tell of them.
  if (at(sdk, 'paths') !== undefined)
    return { ...anyVersion('dotnet'), version: wanted.version, file, setup: wanted.version };
  const common = isExact ? undefined : (part!.toLowerCase() as Part);
  const takesPreviews = at(sdk, 'allowPrerelease') !== false;
  return {
    language: 'dotnet',
    version: wanted.version,
    file,
    wanted: `.NET SDK ${wanted.version}${common === undefined ? '' : orNewer(wanted, common)}`,
    setup: wanted.version,
    accepts: ({ versions }) =>
      versions.some((each) => {
        const installed = parse(each);
        if (!installed) return false;
        if (compare(installed, wanted) === 0) return true;
        if (common === undefined || (installed.prerelease.length > 0 && !takesPreviews)) return false;
        return compare(installed, wanted) > 0 && hasInCommon(installed, wanted, common);
      }),
  };
}

function orNewer(wanted: SemVer, part: Part): string {
  if (part === 'major') return ' or newer';
  const { major, minor } = wanted;
  const lines = { patch: `${major}.${minor}.${bandOf(wanted)}xx`, feature: `${major}.${minor}`, minor: `${major}` };
  return ` or a newer one of ${lines[part]}`;
}

function hasInCommon(a: SemVer, b: SemVer, part: Part): boolean {
  const parts = (version: SemVer) => [version.major, version.minor, bandOf(version)];
  const left = parts(a);
  return parts(b)
    .slice(0, commonParts[part])
    .every((each, index) => each === left[index]);
}

/** The feature band: the hundreds of the third number. */
function bandOf({ patch }: SemVer): number {
  return Math.floor(patch / 100);
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

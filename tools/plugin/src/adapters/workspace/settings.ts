import { Minimatch } from 'minimatch';
import { createHash } from 'node:crypto';
import { isReadInParts, settingParts } from '../../model/content/root-settings.ts';
import type { Concern, SettingPart } from '../../model/content/setting-part.ts';
import type { FilesSource, SourceFiles } from '../../ports/repository/source-files.ts';
import { ownerIn } from './owner-in.ts';
import type { Service } from './service.ts';

/** Where the texts of settings are read. */
interface Source {
  readonly repository: Pick<SourceFiles, 'texts' | 'workingTreeTexts'>;
  readonly source: FilesSource;
}

/** The files of a state of the workspace, their blobs by path. */
interface Found {
  /** At the workspace's root. */
  readonly settings: readonly (readonly [path: string, blob: string])[];
  /** Those of the service's projects. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Returns what settings at the workspace's root say of a service: a digest for each file that says anything, by its path. So a
 * script of package.json, or an alias of another project in tsconfig.base.json, changes no content.
 */
export async function settingsOf(
  service: Service,
  { settings, files }: Found,
  from: Source,
): Promise<Map<string, string>> {
  const isOfNode = [...files.keys()].some(isNodeFile);
  const found = await Promise.all(
    settings.map(async ([path, blob]): Promise<[string, string][]> => {
      const parts = (await partsOf(path, blob, from)).filter(({ concern }) => isSettingOf(service, concern, isOfNode));
      const texts = parts.map(({ key, text }) => `${JSON.stringify(key)}:${text}`).sort();
      const digest = () => createHash('sha256').update(texts.join('\n')).digest('hex');
      return texts.length === 0 ? [] : [[path, `settings:${digest()}`]];
    }),
  );
  return new Map(found.flat());
}

/** Parts by path and blob: all services of a workspace are asked about the same files. */
const known = new Map<string, readonly SettingPart[]>();
const mostKnown = 500;

async function partsOf(path: string, blob: string, { repository, source }: Source): Promise<readonly SettingPart[]> {
  const isLink = blob.endsWith('+link');
  if (!isReadInParts(path) && !isLink) return settingParts(path, blob);
  const key = `${path}\0${blob}`;
  const before = known.get(key);
  if (before) return before;
  const texts = await (source === 'working-tree'
    ? repository.workingTreeTexts(path)
    : repository.texts(source.commit, path));
  const text = texts.get(path) ?? JSON.stringify([...texts].sort());
  const parts = settingParts(path, text);
  // What a link leads to may change without it.
  if (isLink) return parts;
  if (known.size >= mostKnown) known.clear();
  known.set(key, parts);
  return parts;
}

/** Reports whether a file of a project shows that the project is built with Node.js. */
function isNodeFile(path: string): boolean {
  return (
    /\.[cm]?[jt]sx?$|(^|\/)(package|tsconfig[^/]*)\.json$/.test(path) && !/\.(config|spec|test)\.[^/]+$/.test(path)
  );
}

/** Reports whether a part of settings concerns a service. @param isOfNode true when its files show Node.js. */
export function isSettingOf(service: Service, concern: Concern, isOfNode = false): boolean {
  if (concern.of === 'node') return isOfNode || service.packages.length > 0;
  if (concern.of === 'packages') return service.packages.some((each) => concern.names.includes(packageName(each)));
  if (concern.of === 'target') return matchesTarget(concern.target, service.buildTargets);
  const owner = ownerIn(service);
  return concern.paths.some((path) => {
    const [start = ''] = path.split('*');
    return owner(start) !== undefined || (start !== path && service.closure.some(({ root }) => root.startsWith(start)));
  });
}

/** Reports whether a key of `targetDefaults` is one of some targets: by name, pattern or executor. */
function matchesTarget(key: string, targets: readonly string[]): boolean {
  if (!/[*?[{(]/.test(key)) return targets.includes(key);
  const pattern = new Minimatch(key, { dot: true });
  return targets.some((target) => pattern.match(target));
}

/** `@s/a` of `@s/a@1.0.0#sha512-…`. */
function packageName(resolved: string): string {
  return resolved.slice(0, resolved.indexOf('@', 1));
}

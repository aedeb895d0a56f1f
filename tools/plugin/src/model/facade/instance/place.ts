import { BuildNumber } from '../../release/build-number.ts';
import { ApiId } from '../identifiers.ts';
import { objectName } from '../../product/wire-names.ts';

/** The beginning of all names that are provisioning's own. */
export const placePrefix = objectName.provisioning;

/**
 * The place of an environment in an instance: the whole of it, or what is below its `pathPrefix`. Environments that share
 * an instance have each another one. What one has provisioned bears the tag of its place.
 */
export class InstancePlace {
  readonly pathPrefix: string;
  /** `preprod in shop-preprod`: the environment with its namespace, by which two workspaces are told apart. */
  readonly environment: string;

  constructor(pathPrefix: string | undefined, environment: { readonly name: string; readonly namespace: string }) {
    this.pathPrefix = pathPrefix ?? '';
    this.environment = `${environment.name} in ${environment.namespace}`;
  }

  /** `poc-provisioning`, `poc-provisioning-preprod`: also the name of the value that says which version the place has. */
  get tag(): string {
    return [placePrefix, this.pathPrefix].filter((part) => part !== '').join('-');
  }

  /** Id of its fallback API. */
  get fallback(): ApiId {
    return fallbackId(this.pathPrefix);
  }
}

/** Returns the id of the fallback API of a place, which no service's API may have. */
export function fallbackId(pathPrefix: string): ApiId {
  // A prefix has at most 30 characters.
  return ApiId.parse(['fallback', pathPrefix].filter((part) => part !== '').join('-'))!;
}

/** The version of a place, by the value in the instance that is named like its tag. */
export interface PlaceMark {
  readonly tag: string;
  readonly version: BuildNumber;
  readonly environment: string;
}

/** Returns the value that says what a place has: `20261124-1 for preprod in shop-preprod`. */
export function placeMark({ version, environment }: Omit<PlaceMark, 'tag'>): string {
  return `${version.toString()} for ${environment}`;
}

/** @returns the mark that a value is, or undefined when it is none. */
export function parsePlaceMark(tag: string, value: string): PlaceMark | undefined {
  const [, number = '', environment = ''] = /^(\S+) for (\S+ in \S+)$/.exec(value) ?? [];
  const version = BuildNumber.parse(number);
  return version && isPlaceTag(tag) ? { tag, version, environment } : undefined;
}

export function isPlaceTag(text: string): boolean {
  return text === placePrefix || /^poc-provisioning-[a-z0-9-]+$/.test(text);
}

/** Returns the tags in a text, each once. */
export function tagsIn(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter(isPlaceTag))].sort();
}

const comment = /<!--\s*((?:poc-provisioning\S*\s+)+)-->/;

/** Returns a text of HTML or XML with the tags of its owners in a comment, which is shown to nobody. @param where at which end. */
export function withTags(text: string, owners: readonly string[], where: 'first' | 'last'): string {
  if (owners.length === 0) return text;
  const told = `<!-- ${[...owners].sort().join(' ')} -->`;
  return where === 'first' ? `${told}\n${text}` : `${text} ${told}`.trimStart();
}

/** Returns a text without that comment, and the tags in it. */
export function withoutTags(text: string): { readonly text: string; readonly owners: readonly string[] } {
  const found = comment.exec(text);
  if (!found) return { text, owners: [] };
  const [whole, tags = ''] = found;
  const before = text.slice(0, found.index).trimEnd();
  return { text: before + text.slice(found.index + whole.length).replace(/^\s+/, ''), owners: tagsIn(tags) };
}

import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { isMap as isFields } from './object-fields.ts';

/** The way to a field: keys of maps, places in lists, and items of lists by their names. */
export type FieldPath = readonly (string | number | { readonly name: string })[];

/** A place where an object was written: `apps/orders/k8s/deployment.yaml:12`. */
export class ManifestSource {
  private readonly file: string;
  private readonly node: unknown;
  private readonly lineOf: (offset: number) => number;
  private readonly patch: ManifestSource | undefined;

  /** @param node the object's own; every field is in the first line without it. @param patch what was laid over it. */
  constructor(file: string, node?: unknown, lineOf: (offset: number) => number = () => 1, patch?: ManifestSource) {
    this.file = file;
    this.node = node;
    this.lineOf = lineOf;
    this.patch = patch;
  }

  /** Returns the place of an object with another laid over it. */
  with(patch: ManifestSource): ManifestSource {
    return new ManifestSource(this.file, this.node, this.lineOf, patch);
  }

  /** Returns the place of an item of a `List`. */
  item(index: number): ManifestSource {
    const { value } = deepest(this.node, ['items', index]);
    return new ManifestSource(this.file, value, this.lineOf);
  }

  /** Reports whether its file is such a one. */
  isIn(isSuch: (path: string) => boolean): boolean {
    return isSuch(this.file);
  }

  /** Returns the place of a field, or of the innermost one around it that is written. */
  at(path: FieldPath): string {
    if (this.patch && deepest(this.patch.node, path).isWhole) return this.patch.at(path);
    return `${this.file}:${this.lineOf(deepest(this.node, path).offset)}`;
  }

  toString(): string {
    const patch = this.patch === undefined ? '' : ` with ${this.patch.toString()}`;
    return `${this.file}:${this.lineOf(offsetOf(this.node))}${patch}`;
  }
}

/** Returns a path in which items of lists that have names are called by them: merging may move them. */
export function namedPath(object: unknown, path: readonly (string | number)[]): FieldPath {
  let value = object;
  return path.map((step) => {
    const list = value;
    value = (list as Readonly<Record<string | number, unknown>>)[step];
    const isNamed = Array.isArray(list) && isFields(value) && typeof value['name'] === 'string';
    return isNamed ? { name: (value as { name: string }).name } : step;
  });
}

/** Follows a path as far as there are nodes. */
function deepest(root: unknown, path: FieldPath): { value: unknown; offset: number; isWhole: boolean } {
  let value = root;
  let offset = offsetOf(root);
  for (const step of path) {
    const next = child(value, step);
    if (next === undefined) return { value, offset, isWhole: false };
    ({ value, offset } = next);
  }
  return { value, offset, isWhole: true };
}

function child(node: unknown, step: FieldPath[number]): { value: unknown; offset: number } | undefined {
  if (typeof step === 'string') {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    return pair && { value: pair.value, offset: offsetOf(pair.key) };
  }
  if (!isSeq(node)) return undefined;
  const item =
    typeof step === 'number'
      ? node.items[step]
      : node.items.find((each) => isMap(each) && each.get('name') === step.name);
  return item === undefined ? undefined : { value: item, offset: offsetOf(item) };
}

function offsetOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}

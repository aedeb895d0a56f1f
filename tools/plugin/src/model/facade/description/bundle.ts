import { posix } from 'node:path';
import { isMap } from '../../manifests/source/object-fields.ts';
import type { ApiDocument } from '../../changes/api/api-document.ts';
import type { DescriptionRule } from './description-rules.ts';
import { findCircle } from './find-circle.ts';
import { fieldOf, isUnread, type Kind } from './openapi-grammar.ts';
import { placeId, type Place, type Problem } from './place.ts';
import { ReferenceTargets, type FileTexts, type Target } from './reference-targets.ts';

/** How deep a description may be nested, references followed. */
const deepest = 100;
/** The most that 4 MB can hold; more comes of references to references, each of which is followed twice. */
const mostNodes = 1_000_000;

/** A description in one piece: all that it refers to is in it, and references lead to `components.schemas` only. */
export interface Bundle {
  readonly document: ApiDocument;
  readonly problems: readonly Problem[];
  /** Files that are referred to and were not given; without them the document is incomplete. */
  readonly needs: readonly string[];
}

/** A place while it is walked through. */
interface Here extends Place {
  readonly depth: number;
  /** The places whose content replaces a reference here, the outermost first. */
  readonly inside: readonly string[];
  /** Name of the schema that it is a part of, in `components.schemas`. */
  readonly schema?: string;
}

/** Thrown to end at once. */
class TooMuch extends Error {}

/** Puts a description and what it refers to together. @param file the description's, in the folder of its service. */
export function bundle(file: string, document: ApiDocument, texts: FileTexts): Bundle {
  const bundling = new Bundling(new Map([[file, document]]), posix.dirname(file), texts);
  return bundling.run(file, document);
}

class Bundling {
  private readonly problems: Problem[] = [];
  private readonly targets: ReferenceTargets;
  /** Names in `components.schemas`, by the place that the schema is at. */
  private readonly names = new Map<string, string>();
  private readonly taken = new Set<string>();
  private readonly found: { readonly name: string; readonly target: Target }[] = [];
  /** Which schemas each of them refers to. */
  private readonly uses = new Map<string, Set<string>>();
  private nodes = 0;

  constructor(read: ReadonlyMap<string, unknown>, folder: string, texts: FileTexts) {
    this.targets = new ReferenceTargets(read, folder, texts, (problem) => this.problems.push(problem));
  }

  run(file: string, document: ApiDocument): Bundle {
    const top: Here = { file, keys: [], depth: 0, inside: [] };
    const bundled = this.complete(document, top);
    this.refuseRecursion(file);
    return { document: bundled, problems: this.problems, needs: [...this.targets.needs] };
  }

  private complete(document: ApiDocument, top: Here): ApiDocument {
    const components = isMap(document['components']) ? document['components'] : {};
    const own = isMap(components['schemas']) ? components['schemas'] : {};
    for (const [name, value] of Object.entries(own)) {
      const target = { file: top.file, keys: ['components', 'schemas', name], value };
      if (!/^[A-Za-z0-9._-]+$/.test(name)) this.report(target, 'schema-name', `"${name}" cannot be a schema's name.`);
      this.add(target, name);
    }
    try {
      const fields = this.fields('description', document, top);
      const schemas: [string, unknown][] = [];
      // Grows meanwhile.
      for (const { name, target } of this.found)
        schemas.push([name, this.walk('schema', target.value, { ...top, ...target, schema: name })]);
      return schemas.length === 0 ? fields : { ...fields, components: { schemas: Object.fromEntries(schemas) } };
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error;
      this.report(top, 'size', error.message);
      return document;
    }
  }

  private walk(kind: Kind, value: unknown, here: Here): unknown {
    if (!isMap(value)) return this.data(value, here);
    const reference = Object.hasOwn(value, '$ref') ? value['$ref'] : undefined;
    return typeof reference === 'string' ? this.follow(kind, reference, value, here) : this.fields(kind, value, here);
  }

  private fields(kind: Kind, value: Readonly<Record<string, unknown>>, here: Here): Record<string, unknown> {
    this.count(here);
    const entries = Object.entries(value).filter(([key]) => !isUnread(kind, key));
    return Object.fromEntries(
      entries.map(([key, each]) => [this.text(key, here), this.field(kind, key, each, below(here, key))]),
    );
  }

  private field(kind: Kind, key: string, value: unknown, here: Here): unknown {
    const [holds, of] = fieldOf(kind, key) ?? [];
    if (kind === 'schema' && key === 'discriminator' && isMap(value)) return this.discriminator(value, here);
    if (of === undefined) return this.data(value, here);
    if (holds !== 'map' && Array.isArray(value))
      return value.map((each, index) => this.walk(of, each, below(here, String(index))));
    if (holds === 'one') return this.walk(of, value, here);
    if (holds === 'list' || !isMap(value)) return this.data(value, here);
    this.count(here);
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [this.text(name, here), this.walk(of, each, below(here, name))]),
    );
  }

  private follow(kind: Kind, reference: string, value: Readonly<Record<string, unknown>>, here: Here): unknown {
    const target = this.targets.find(reference, here);
    if (!target) return {};
    const { $ref: _, ...beside } = value;
    if (kind === 'schema') return { ...this.fields(kind, beside, here), $ref: this.schemaReference(target, here) };
    const id = placeId(target);
    if (here.inside.includes(id)) {
      this.report(here, 'reference', `The reference "${reference}" leads to itself.`);
      return {};
    }
    const there: Here = { ...here, file: target.file, keys: target.keys, inside: [...here.inside, id] };
    const put = this.walk(kind, target.value, { ...there, depth: here.depth + 1 });
    // What stands beside a reference is laid over its target since 3.1.
    return isMap(put) ? { ...put, ...this.fields(kind, beside, here) } : put;
  }

  private schemaReference(target: Target, { schema }: Here): string {
    const name = this.names.get(placeId(target)) ?? this.add(target, this.freeName(target));
    if (schema !== undefined) this.uses.set(schema, (this.uses.get(schema) ?? new Set()).add(name));
    return `#/components/schemas/${name}`;
  }

  private add(target: Target, name: string): string {
    this.names.set(placeId(target), name);
    this.taken.add(name);
    this.found.push({ name, target });
    return name;
  }

  /** A schema of another file, or within another one, gets the name that it has there. */
  private freeName({ file, keys }: Place): string {
    const wanted = keys.at(-1) ?? posix.basename(file).replace(/\.[^.]*$/, '');
    const name = wanted.replaceAll(/[^A-Za-z0-9._-]+/g, '-');
    for (let count = 1; ; count++) {
      const each = count === 1 ? name : `${name}-${count}`;
      if (!this.taken.has(each)) return each;
    }
  }

  /** Its mapping has references as texts. */
  private discriminator(value: Readonly<Record<string, unknown>>, here: Here): unknown {
    const mapping = isMap(value['mapping']) ? value['mapping'] : {};
    // Unlike others it is no part of the schema: what is mapped to usually has this one in it.
    const { schema: _, ...outside } = here;
    const entries = Object.entries(mapping).map(([key, each]) => {
      if (typeof each !== 'string' || !/[#/]|\.(ya?ml|json)$/.test(each)) return [key, each] as const;
      const target = this.targets.find(each, below(below(here, 'mapping'), key));
      return [key, target ? this.schemaReference(target, outside) : each] as const;
    });
    return this.data({ ...value, ...(entries.length > 0 ? { mapping: Object.fromEntries(entries) } : {}) }, here);
  }

  private data(value: unknown, here: Here): unknown {
    this.count(here);
    if (typeof value === 'string') return this.text(value, here);
    if (Array.isArray(value)) return value.map((each, index) => this.data(each, below(here, String(index))));
    if (isMap(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null))
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [this.text(key, here), this.data(each, below(here, key))]),
      );
    if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return value;
    this.report(here, 'value', 'This is a value that JSON does not have.');
    return null;
  }

  private text(value: string, here: Here): string {
    if (/\0|\p{Surrogate}/u.test(value))
      this.report(here, 'value', 'A text has a character that no text can have (NUL, or half of a pair).');
    return value;
  }

  private count({ depth }: Here): void {
    if (depth > deepest) throw new TooMuch(`It is nested more than ${deepest} levels deep.`);
    if (++this.nodes > mostNodes) throw new TooMuch('Its references expand to more than 4 MB.');
  }

  private report({ file, keys }: Place, rule: DescriptionRule, text: string): void {
    this.problems.push({ at: { file, keys }, rule, text });
  }

  private refuseRecursion(file: string): void {
    const circle = findCircle(this.uses);
    if (!circle) return;
    const at = { file, keys: ['components', 'schemas', circle[0]!] };
    this.report(at, 'recursion', `The schema ${circle[0]} holds itself (${circle.join(' → ')}).`);
  }
}

function below(here: Here, key: string): Here {
  return { ...here, keys: [...here.keys, key], depth: here.depth + 1 };
}

import { isMap, isScalar, isSeq, parseAllDocuments, type Document, type YAMLMap } from 'yaml';

/** A document of a file of manifests. */
export interface ManifestDocument {
  readonly path: string;
  readonly document: Document.Parsed;
  readonly kind: string;
  /** As it is written: there may be a `${NAME}` in it. */
  readonly name: string;
}

/** A place in a document: keys of maps, and items of lists by their `name`. */
export type EditPath = readonly (string | { readonly name: string })[];

/** The files of a folder of manifests, to be changed in place: comments, order and what is not touched stay as they are. */
export class ManifestDocuments {
  private readonly texts: Map<string, string>;
  private readonly parsed: ReadonlyMap<string, Document.Parsed[]>;
  private readonly changed = new Set<string>();
  private readonly added = new Map<string, string>();

  /** @param texts of YAML files by path; those that are no YAML stay as they are. */
  constructor(texts: ReadonlyMap<string, string>) {
    this.texts = new Map(texts);
    const files = [...texts].filter(([path]) => /\.ya?ml$/.test(path));
    this.parsed = new Map(files.map(([path, text]) => [path, documentsIn(text)]));
  }

  /** Returns the documents that are objects, in the order of their files. */
  all(): ManifestDocument[] {
    return [...this.parsed].flatMap(([path, documents]) =>
      documents.flatMap((document) => {
        if (!isMap(document.contents)) return [];
        const [kind, name] = [document.get('kind'), document.getIn(['metadata', 'name'])];
        return [{ path, document, kind: String(kind ?? ''), name: String(name ?? '') }];
      }),
    );
  }

  /** Sets a field. Maps that are missing on the way are made. */
  set({ path, document }: ManifestDocument, at: EditPath, value: unknown): void {
    const way = indexed(document, at);
    const written = document.getIn(way, true);
    // What is said beside a value stays.
    if (isScalar(written) && typeof value !== 'object') written.value = value;
    else document.setIn(way, document.createNode(value));
    this.changed.add(path);
  }

  /** Takes a field away. */
  unset({ path, document }: ManifestDocument, at: EditPath): void {
    document.deleteIn(indexed(document, at));
    this.changed.add(path);
  }

  /** Writes a scalar as a text in quotes. */
  quote({ path, document }: ManifestDocument, at: EditPath): void {
    const node = document.getIn(indexed(document, at), true);
    if (!isScalar(node)) return;
    document.setIn(indexed(document, at), node.source ?? String(node.value));
    const written = document.getIn(indexed(document, at), true);
    if (isScalar(written)) written.type = 'QUOTE_DOUBLE';
    this.changed.add(path);
  }

  /** Takes an object out of its file. @returns its text. */
  take({ path, document }: ManifestDocument): string {
    const documents = this.parsed.get(path)!;
    documents.splice(documents.indexOf(document), 1);
    this.changed.add(path);
    return stringify([document], this.texts.get(path) ?? '').replace(/^---\n/, '');
  }

  /** Adds a file. */
  add(path: string, text: string): void {
    this.added.set(path, text);
  }

  /** Returns the texts as they are now; of a file that lost its last object, none. */
  now(): Map<string, string> {
    const now = new Map(this.texts);
    for (const path of this.changed) {
      const documents = this.parsed.get(path)!.filter(({ contents }) => contents !== null);
      if (documents.length === 0) now.delete(path);
      else now.set(path, stringify(this.parsed.get(path)!, this.texts.get(path)!));
    }
    return new Map([...now, ...this.added]);
  }
}

function documentsIn(text: string): Document.Parsed[] {
  const documents = parseAllDocuments(text, { logLevel: 'silent', merge: true });
  const isRead = Array.isArray(documents) && documents.every(({ errors }) => errors.length === 0);
  return isRead ? [...documents] : [];
}

/** Lists are indented as the file does it. */
function stringify(documents: readonly Document[], text: string): string {
  const isFlat = /^( *)[\w.-]+:[^\S\n]*\n\1- /m.test(text);
  const width = /^[\w.-]+:[^\S\n]*\n( +)[\w.-]+:/m.exec(text)?.[1]?.length ?? 2;
  const options = { lineWidth: 0, indentSeq: !isFlat, indent: width, flowCollectionPadding: !/\{\w/.test(text) };
  return documents.map((document) => document.toString(options)).join('');
}

/** Returns a path in which items of lists are called by their places. */
function indexed(document: Document, at: EditPath): (string | number)[] {
  const path: (string | number)[] = [];
  for (const step of at) {
    const list = path.length === 0 ? document.contents : document.getIn(path, true);
    if (typeof step === 'string') path.push(step);
    else if (isSeq(list))
      path.push(list.items.findIndex((item) => isMap(item) && (item as YAMLMap).get('name') === step.name));
  }
  return path;
}

/** Reports whether a place is written in a document. */
export function hasPlace({ document }: ManifestDocument, at: EditPath): boolean {
  return document.hasIn(indexed(document, at));
}

/** Returns a value of a document as plain data. */
export function valueAt({ document }: ManifestDocument, at: EditPath): unknown {
  const whole: unknown = document.toJS();
  let value = whole;
  for (const step of indexed(document, at)) value = (value as Record<string | number, unknown> | undefined)?.[step];
  return value;
}

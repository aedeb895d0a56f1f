import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { Refusal } from '../../errors/product-error.ts';
import { fieldAt, isMap } from '../../manifests/source/object-fields.ts';
import { asApiDocument, parseYaml, type ApiDocument } from '../../changes/api/api-document.ts';
import { operationName, operationsOf, asImported } from './api-operations.ts';
import { bundle } from './bundle.ts';
import { canonicalJson } from '../../text/canonical-json.ts';
import { breachesOfImport } from './importer-rules.ts';
import { Lines, type Problem } from './place.ts';
import type { FileTexts } from './reference-targets.ts';

/** Bytes of a description that are taken inline. By link there may be more, but then the door needs to reach a server. */
const mostBytes = 4_000_000;
/** Of a file that is wrong all over the first are enough. */
const mostProblems = 20;

/** An operation as it is known at the door. */
export interface ApiOperation {
  /** As it is written: `createOrder`. */
  readonly operationId: string;
  /** As API Management keeps it: `createorder`. */
  readonly name: string;
  readonly method: string;
  /** `/charges/{id}`. */
  readonly path: string;
}

/** A description of an API that API Management's import takes. */
export class ApiDescription {
  readonly operations: readonly ApiOperation[];
  /** Of the content, title and description left out: these belong to the API, not to its revision. `sha256:…`. */
  readonly digest: string;
  /** All of it in one piece. */
  readonly document: ApiDocument;

  constructor(file: string, document: ApiDocument) {
    this.document = document;
    this.operations = operationsOf(file, document).map(({ method, path, fields }) => {
      const operationId = String(fields['operationId']);
      return { operationId, name: operationName(operationId), method, path };
    });
    this.digest = `sha256:${createHash('sha256').update(this.importText({})).digest('hex')}`;
  }

  /** Its description; empty where it has none. */
  get text(): string {
    const text = fieldAt(this.document, 'info', 'description');
    return typeof text === 'string' ? text : '';
  }

  /** Returns all of it in one piece, for comparisons: with what a caller needs to show to the service. */
  toString(): string {
    return canonicalJson(this.document);
  }

  /**
   * Returns what is sent, as JSON, the same for every order in which it may be written.
   * @param named the API's title and description. An import into a revision that is not current may change neither: it is
   * to have those that the API has.
   */
  importText({ title, description }: { readonly title?: string; readonly description?: string }): string {
    const info = isMap(this.document['info']) ? this.document['info'] : {};
    const { title: _, description: __, ...rest } = info;
    return canonicalJson({
      ...asImported(this.document),
      info: { ...rest, ...(title === undefined ? {} : { title }), ...(description ? { description } : {}) },
    });
  }
}

/** A description, or the files that are still needed for it. */
export type ReadDescription = { readonly description: ApiDescription } | { readonly needs: readonly string[] };

/** The same, or what the import would refuse in it. */
export type InspectedDescription = ReadDescription | { readonly problems: readonly Problem[] };

/**
 * Inspects a description with all that it refers to.
 * @param file path of the description, in its service's folder.
 * @param texts at least that of the file. Where more are needed, they are named: read them, and call this again.
 */
export function inspectApiDescription(file: string, texts: FileTexts): InspectedDescription {
  const top = { file, keys: [] };
  const read = parseYaml(texts.get(file) ?? '');
  if ('reason' in read) {
    const { reason: text, line } = read;
    return { problems: [{ at: top, rule: 'yaml', text, ...(line === undefined ? {} : { line }) }] };
  }
  if (isMap(read.value) && 'swagger' in read.value)
    return { problems: [{ at: { file, keys: ['swagger'] }, rule: 'openapi-2', text: isVersion2 }] };
  const document = asApiDocument(read.value);
  if (typeof document === 'string')
    return { problems: [{ at: { file, keys: ['openapi'] }, rule: 'openapi', text: document }] };
  const { problems, needs, document: bundled } = bundle(file, document, texts);
  if (needs.length > 0) return { needs };
  if (problems.length > 0) return { problems };
  const breaches = breachesOfImport(file, bundled);
  if (breaches.length > 0) return { problems: breaches };
  const description = new ApiDescription(file, bundled);
  const bytes = Buffer.byteLength(description.importText({ description: description.text }));
  if (bytes <= mostBytes) return { description };
  const text = `It has ${bytes} bytes in one piece; ${mostBytes} are taken.`;
  return { problems: [{ at: top, rule: 'size', text }] };
}

/**
 * Reads a description with all that it refers to. @see {@link inspectApiDescription}
 * @throws {Refusal} naming file, line and what is wrong there, for each thing that the import would refuse.
 */
export function readApiDescription(file: string, texts: FileTexts): ReadDescription {
  const found = inspectApiDescription(file, texts);
  if (!('problems' in found)) return found;
  if (found.problems[0]?.rule === 'openapi-2') throw ofVersion2(file);
  throw refusal(file, texts, found.problems);
}

const isVersion2 = 'It is an OpenAPI description of version 2.0, which is neither compared with others nor published.';

/** Returns what converts a description of OpenAPI 2.0, as a sentence. */
export function conversionOf(file: string): string {
  const { dir, name } = posix.parse(file);
  return `Convert it once, and look through what comes of it: \`npx swagger2openapi --yaml --outfile ${dir}/${name}.yaml ${file}\`.`;
}

function ofVersion2(file: string): Refusal {
  return new Refusal({
    type: 'bad-api-description',
    doing: `read ${file}`,
    reason: isVersion2,
    remedy: conversionOf(file),
  });
}

function refusal(file: string, texts: FileTexts, problems: readonly Problem[]): Refusal {
  const files = new Map<string, Lines>();
  const lineOf = ({ at: { file: path, keys }, line }: Problem): number => {
    if (line !== undefined || keys.length === 0) return line ?? 1;
    const known = files.get(path) ?? new Lines(texts.get(path) ?? '');
    files.set(path, known);
    return known.at(keys).line;
  };
  const lines = problems
    .slice(0, mostProblems)
    .map((problem) => `${problem.at.file}:${lineOf(problem)}: ${problem.text}`);
  const more = problems.length - lines.length;
  return new Refusal({
    type: 'bad-api-description',
    doing: `read ${file}`,
    reason:
      problems.length === 1 ? lines[0]! : `API Management would refuse it: there are ${problems.length} mistakes.`,
    remedy: 'Fix the description: nothing was published.',
    ...(problems.length === 1 ? {} : { evidence: [...lines, ...(more > 0 ? [`and ${more} more`] : [])] }),
  });
}

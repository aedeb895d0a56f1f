import { asApiDocument, parseYaml, type ApiDocument } from '../changes/api/api-document.ts';
import { bundle } from '../facade/description/bundle.ts';
import type { FileTexts } from '../facade/description/reference-targets.ts';

/** How deep a description may be nested. */
const deepest = 100;
/** The most values that a browser copes with, and the most characters in them: anchors may stand for much. */
const mostValues = 500_000;
const mostCharacters = 8_000_000;

/** A description in one piece, the files that are still needed for it, or a sentence that says why it cannot be shown. */
export type PublishedDescription =
  { readonly document: ApiDocument } | { readonly needs: readonly string[] } | { readonly reason: string };

/**
 * Reads a description that somebody published, and that may be anything. What API Management would refuse (schemas that hold
 * themselves, operations without an id) is shown: at a gateway it may well be published.
 * @param file path of the description, in its service's folder.
 * @param texts at least that of the file. Where more are needed, they are named: read them, and call this again.
 */
export function readPublishedDescription(file: string, texts: FileTexts): PublishedDescription {
  const read = parseYaml(texts.get(file) ?? '');
  if ('reason' in read) return { reason: read.line === undefined ? read.reason : `${read.reason} (line ${read.line})` };
  const document = asApiDocument(read.value);
  if (typeof document === 'string') return { reason: document };
  const { reason, isInPieces } = look(document);
  if (reason !== undefined) return { reason };
  if (!isInPieces) return { document };
  const { problems, needs, document: bundled } = bundle(file, document, texts);
  const [problem] = problems;
  if (problem) return { reason: `${problem.at.file}: ${problem.text}` };
  return needs.length > 0 ? { needs } : { document: bundled };
}

/** Looks through a description, without a stack that it could be too deep for. */
function look(document: ApiDocument): { readonly reason?: string; readonly isInPieces: boolean } {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value: document, depth: 0 }];
  let [values, characters, isInPieces] = [0, 0, false];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value === 'string') characters += value.length;
    if (++values > mostValues || characters > mostCharacters)
      return {
        reason: 'It is too large for a browser, or its anchors (&x) and aliases (*x) expand to too much.',
        isInPieces,
      };
    if (depth > deepest) return { reason: `It is nested more than ${deepest} levels deep.`, isInPieces };
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, each] of Object.entries(value)) {
      if (key === '__proto__') return { reason: 'It has a field that is named __proto__.', isInPieces };
      if (key === '$ref' && typeof each === 'string' && !each.startsWith('#')) isInPieces = true;
      characters += key.length;
      waiting.push({ value: each, depth: depth + 1 });
    }
  }
  return { isInPieces };
}

import type { Element } from '@xmldom/xmldom';
import { isMsbuildFile } from '../../../model/references/dotnet/dotnet-references.ts';
import { readMsbuild, type MsbuildElement, type MsbuildFile } from '../../../model/references/dotnet/msbuild-file.ts';
import type { SourceTree } from '../../../model/references/source-tree.ts';

/** Most elements of most files, which refer to no project: to pass over them halves the time. */
const packageReference = /<PackageReference\b(?:[^<>"']|"[^"<]*"|'[^'<]*')*\/>/g;

let reader: ((text: string) => MsbuildFile) | undefined;

/** Returns what reads an MSBuild file; XML's parser is loaded where there is a project of .NET. */
export async function msbuildReader({ files }: Pick<SourceTree, 'files'>): Promise<(text: string) => MsbuildFile> {
  if (!files.some(isMsbuildFile)) return () => ({ mistake: 'it is not read', line: 1 });
  return (reader ??= await loadReader());
}

async function loadReader(): Promise<(text: string) => MsbuildFile> {
  const { DOMParser, ParseError } = await import('@xmldom/xmldom');
  return (text) => {
    let first: { mistake: string; line: number } | undefined;
    const parser = new DOMParser({
      onError: (level, message, { locator }: { readonly locator?: { readonly lineNumber?: number } }) => {
        if (level !== 'warning') first ??= { mistake: `this is not XML: ${message}`, line: locator?.lineNumber ?? 1 };
      },
    });
    try {
      // A byte order mark is usual in these files. Lines stay where they are.
      const rest = text.replace(/^\uFEFF/, '').replace(packageReference, (each) => each.replace(/[^\n]+/g, ''));
      const root = parser.parseFromString(rest, 'text/xml').documentElement;
      return first ?? { statements: root === null ? [] : readMsbuild(elementOf(root)) };
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      return first ?? { mistake: `this is not XML: ${error.message}`, line: 1 };
    }
  };
}

function elementOf(element: Element): MsbuildElement {
  const attributes = [...element.attributes].map(({ name, value }) => [name.toLowerCase(), value] as const);
  return {
    name: element.localName ?? element.nodeName,
    attributes: new Map(attributes),
    children: [...element.childNodes].filter((node) => node.nodeType === 1).map((node) => elementOf(node as Element)),
    text: element.textContent ?? '',
    line: element.lineNumber ?? 1,
  };
}

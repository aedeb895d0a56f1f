import type * as xmldom from '@xmldom/xmldom';
import { readMsbuild, type MsbuildElement, type MsbuildFile } from './msbuild-file.ts';

/** XML's parser, which is loaded where there is a file for it. */
export type XmlParser = Pick<typeof xmldom, 'DOMParser' | 'ParseError'>;

/** Reads the text of an MSBuild file. */
export function readMsbuildXml(text: string, xml: XmlParser): MsbuildFile {
  let first: { mistake: string; line: number } | undefined;
  const parser = new xml.DOMParser({
    onError: (level, message, { locator }: { readonly locator?: { readonly lineNumber?: number } }) => {
      if (level !== 'warning') first ??= { mistake: `this is not XML: ${message}`, line: locator?.lineNumber ?? 1 };
    },
  });
  try {
    // A byte order mark is usual in these files.
    const root = parser.parseFromString(text.replace(/^\uFEFF/, ''), 'text/xml').documentElement;
    return first ?? { statements: root === null ? [] : readMsbuild(elementOf(root)) };
  } catch (error) {
    if (!(error instanceof xml.ParseError)) throw error;
    return first ?? { mistake: `this is not XML: ${error.message}`, line: 1 };
  }
}

function elementOf(element: xmldom.Element): MsbuildElement {
  const attributes = [...element.attributes].map(({ name, value }) => [name.toLowerCase(), value] as const);
  return {
    name: element.localName ?? element.nodeName,
    attributes: new Map(attributes),
    children: [...element.childNodes]
      .filter((node) => node.nodeType === 1)
      .map((node) => elementOf(node as xmldom.Element)),
    text: element.textContent ?? '',
    line: element.lineNumber ?? 1,
  };
}

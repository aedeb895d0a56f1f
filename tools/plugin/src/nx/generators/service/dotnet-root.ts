import { parseJson, type Tree } from '@nx/devkit';
import { DOMParser, type Document } from '@xmldom/xmldom';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const templates = join(import.meta.dirname, 'files/dotnet-root');

/** Files at the workspace's root that hold for all of its .NET projects, with what each lacks. */
const rootFiles: Readonly<Record<string, (text: string, wanted: string) => string[]>> = {
  'Directory.Build.props': missingProperties,
  'global.json': missingSdk,
};

/**
 * Writes the files at the workspace's root that .NET services stand on. Those that are there already are left alone.
 * @returns what these lack, a line each.
 */
export function addDotnetRoot(tree: Tree): string[] {
  return Object.entries(rootFiles).flatMap(([file, lacks]) => {
    const wanted = readFileSync(join(templates, `${file}.template`), 'utf8');
    const text = tree.read(file, 'utf8');
    if (text !== null) return lacks(text, wanted).map((line) => `${file}: ${line}`);
    tree.write(file, wanted);
    return [];
  });
}

/** Returns the properties that a file of MSBuild lacks, or has with other values only, as they should stand in it. */
function missingProperties(text: string, wanted: string): string[] {
  const present = propertiesOf(text);
  if (!present) return ['it cannot be read as XML'];
  return propertiesOf(wanted)!
    .filter(({ name, value }) => {
      const values = present.filter((property) => property.name === name).map((property) => property.value);
      // A path or a list may well be another one in another workspace; a switch may not.
      return value.includes('$(') ? values.length === 0 : !values.includes(value);
    })
    .map(({ element }) => element);
}

interface Property {
  /** In lower case: MSBuild takes names and switches in any. */
  readonly name: string;
  readonly value: string;
  /** As it stands in the file. */
  readonly element: string;
}

function propertiesOf(text: string): Property[] | undefined {
  const groups = parseXml(text)?.getElementsByTagName('PropertyGroup');
  if (!groups) return undefined;
  return Array.from(groups)
    .flatMap((group) => Array.from(group.childNodes))
    .filter((node) => node.nodeType === node.ELEMENT_NODE)
    .map((node) => ({
      name: node.nodeName.toLowerCase(),
      value: (node.textContent ?? '').trim().toLowerCase(),
      element: String(node),
    }));
}

function parseXml(text: string): Document | undefined {
  try {
    // Silent: a mistake is thrown as well.
    return new DOMParser({ onError: (level, message) => void (level !== 'warning' && fail(message)) }).parseFromString(
      text,
      'text/xml',
    );
  } catch {
    return undefined;
  }
}

function fail(message: string): never {
  throw new SyntaxError(message);
}

/** Returns what keeps a `global.json` from choosing an SDK that builds the services. */
function missingSdk(text: string, wanted: string): string[] {
  const needed = sdkVersion(wanted)!;
  const version = sdkVersion(text);
  if (version === undefined) return [`"sdk": { "version": "${needed}" }, so that everybody builds with the same SDK`];
  if (parseInt(version) >= parseInt(needed)) return [];
  return [`SDK ${version} cannot build for .NET ${parseInt(needed)}: "version": "${needed}" or newer`];
}

function sdkVersion(text: string): string | undefined {
  try {
    // Comments are allowed in it.
    return parseJson<{ sdk?: { version?: string } }>(text).sdk?.version;
  } catch {
    return undefined;
  }
}

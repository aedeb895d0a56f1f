import { isMsbuildFile } from '../../../model/references/dotnet/dotnet-references.ts';
import type { MsbuildFile } from '../../../model/references/dotnet/msbuild-file.ts';
import { readMsbuildXml } from '../../../model/references/dotnet/msbuild-xml.ts';
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
  const xml = await import('@xmldom/xmldom');
  // Lines stay where they are.
  return (text) =>
    readMsbuildXml(
      text.replace(packageReference, (each) => each.replace(/[^\n]+/g, '')),
      xml,
    );
}

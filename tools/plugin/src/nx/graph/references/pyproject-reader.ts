import { readPyproject } from '../../../model/references/python/pyproject.ts';
import { isPyproject, type ReadPyproject } from '../../../model/references/python/python-references.ts';
import type { SourceTree } from '../../../model/references/source-tree.ts';

let reader: ((text: string) => ReadPyproject) | undefined;

/** Returns what reads a `pyproject.toml`; TOML's parser is loaded where there is such a file. */
export async function pyprojectReader({ files }: Pick<SourceTree, 'files'>): Promise<(text: string) => ReadPyproject> {
  if (!files.some(isPyproject)) return () => ({ mistake: 'it is not read', line: 1 });
  return (reader ??= await loadReader());
}

async function loadReader(): Promise<(text: string) => ReadPyproject> {
  const { parse, TomlError } = await import('smol-toml');
  return (text) => {
    try {
      return readPyproject(parse(text), text);
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      return { mistake: `this is not TOML: ${error.message.split('\n')[0]}`, line: error.line };
    }
  };
}

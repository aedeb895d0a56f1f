import { valueAt } from '../references/python/value-at.ts';
import { badVersionFile } from './bad-version-file.ts';
import { specifierSet } from './python-specifiers.ts';
import type { Toolchain } from './toolchain.ts';

const anyOf = (written: string) => ({ written, accepts: () => true, lowest: undefined });

/**
 * Reads a `.python-version`: a version or the beginning of one a line, of which any will do; or a range, as uv takes it.
 * @returns undefined where the file says no version. @throws {Refusal}
 */
export function readPythonVersion(file: string, text: string): Toolchain | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim());
  const choices = lines.filter((line) => line !== '').map((line) => choiceOf(file, line));
  const [first] = choices;
  if (!first) return undefined;
  const version = choices.map(({ written }) => written).join(' or ');
  return {
    language: 'python',
    version,
    file,
    wanted: `Python ${version}`,
    setup: first.lowest,
    accepts: ({ versions }) => versions.some((each) => choices.some(({ accepts }) => accepts(each))),
  };
}

function choiceOf(file: string, written: string) {
  const [, major, minor, patch, stage = ''] =
    /^(?:c?python-?@?)?(\d+)(?:\.(\d+)(?:\.(\d+))?)?((?:a|b|rc)\d+)?(?:-dev|t)?$/i.exec(written) ?? [];
  if (major !== undefined) {
    const line = [major, minor].filter((part) => part !== undefined).join('.');
    // A newer one of the same line keeps what it promises.
    const range = specifierSet(patch === undefined ? `==${line}.*` : `>=${line}.${patch}${stage},==${line}.*`)!;
    return { written, accepts: range.accepts, lowest: patch === undefined ? line : `${line}.${patch}${stage}` };
  }
  // Another implementation, a distribution, an environment of its own: python3 does not tell what it is.
  if (
    /^(system|pypy|graalpy|jython|ironpython|stackless|micropython|mambaforge|miniforge|mini|anaconda)/i.test(written)
  )
    return anyOf(written);
  const range = /^[<>=!~]/.test(written) ? specifierSet(written) : undefined;
  if (range) return { written, ...range };
  throw badVersionFile('python', file, `"${written}" is not a version of Python.`, 'Write one like 3.12 or 3.12.4.');
}

/**
 * Returns the need that a `pyproject.toml` says: `project.requires-python`, or Poetry's `python`.
 * @param parsed the file as a value.
 * @returns undefined where it says none. @throws {Refusal}
 */
export function readPyprojectPython(file: string, parsed: unknown): Toolchain | undefined {
  const requires = valueAt(parsed, 'project', 'requires-python');
  const written = requires ?? valueAt(parsed, 'tool', 'poetry', 'dependencies', 'python');
  if (written === undefined) return undefined;
  const range = typeof written === 'string' ? specifierSet(written) : undefined;
  if (range) {
    const version = written as string;
    const { lowest: setup, accepts } = range;
    return {
      language: 'python',
      version,
      file,
      wanted: `Python ${version}`,
      setup,
      accepts: ({ versions }) => versions.some(accepts),
    };
  }
  const name = requires === undefined ? 'tool.poetry.dependencies.python' : 'requires-python';
  const reason = `The versions ${JSON.stringify(written)} of ${name} cannot be understood.`;
  throw badVersionFile('python', file, reason, 'Write them like ">=3.11" or ">=3.11,<4".');
}

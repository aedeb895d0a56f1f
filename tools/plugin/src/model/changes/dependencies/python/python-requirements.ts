import { posix } from 'node:path';
import { withoutUser } from '../lock-text.ts';

/** Returns a name as PEP 503 compares it. */
export function normalizedName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** A package that a requirements file asks for, or another such file. */
export type PythonRequirement =
  | {
      readonly kind: 'package';
      readonly name: string;
      /** `1.2` for `==1.2`, otherwise the whole condition. */
      readonly version: string;
      /** True for one version, and no other. */
      readonly isExact: boolean;
    }
  | {
      /** A file of constraints asks for nothing: its versions count for what others ask for. */
      readonly kind: 'requirements' | 'constraints';
      readonly file: string;
    };

/**
 * Reads a requirements file (https://pip.pypa.io/en/stable/reference/requirements-file-format). Options and addresses that
 * name no package are passed over.
 */
export function parsePythonRequirements(text: string): PythonRequirement[] {
  return text
    .replaceAll(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .flatMap((line) => readLine(line.replace(/(^|\s)#.*$/, '').trim()) ?? []);
}

function readLine(line: string): PythonRequirement | undefined {
  const [, option = '', file] = /^(-r|-c|--requirement|--constraint)(?:\s*=\s*|\s+|(?<=^-[rc]))(.+)$/.exec(line) ?? [];
  if (file !== undefined) {
    const kind = /^-?-c/.test(option) ? 'constraints' : 'requirements';
    return { kind, file: file.trim().replace(/^(["'])(.*)\1$/, '$2') };
  }
  const [, address, egg] = /^(?:-e\s+|--editable[\s=]+)?(\w+\+\S+?)#(?:.*&)?egg=([\w.-]+)/.exec(line) ?? [];
  if (egg !== undefined)
    return { kind: 'package', name: normalizedName(egg), version: `@ ${withoutUser(address!)}`, isExact: true };
  return readRequirement(line);
}

/** Reads a requirement of PEP 508: `flask[async] >= 2 ; python_version > "3.8"`. */
export function readRequirement(line: string): (PythonRequirement & { readonly kind: 'package' }) | undefined {
  const requirement = line
    .replace(/\s--\S.*$/, '')
    .replace(/;.*$/, '')
    .trim();
  const [, name = '', written = ''] =
    /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$/.exec(requirement) ?? [];
  const condition = written.replace(/^\((.*)\)$/, '$1').trim();
  if (name === '' || !/^([=~!<>@].*)?$/.test(condition)) return undefined;
  const [, exact] = /^={2,3}\s*([^\s,*]+)$/.exec(condition) ?? [];
  const version = exact ?? (withoutUser(condition).replaceAll(/\s+/g, ' ') || 'any version');
  const isExact = exact !== undefined || condition.startsWith('@');
  return { kind: 'package', name: normalizedName(name), version, isExact };
}

/** Returns the path of a file that another one names; undefined when it is none of the workspace. */
export function namedFile(from: string, written: string): string | undefined {
  if (/^[a-z+]+:\/\//i.test(written) || posix.isAbsolute(written)) return undefined;
  const path = posix.join(posix.dirname(from), written);
  return path.startsWith('../') ? undefined : path;
}

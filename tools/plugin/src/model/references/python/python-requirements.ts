/** The target of a line of a requirements file: a package's folder, or another such file. */
export interface PythonRequirement {
  readonly names: 'package' | 'file';
  /** As it is written, without extras, markers and fragments. */
  readonly written: string;
  readonly line: number;
}

/**
 * Reads which folders and files a requirements file names
 * (https://pip.pypa.io/en/stable/reference/requirements-file-format/). What comes from an index or by an address is passed
 * over.
 */
export function parsePythonRequirements(text: string): PythonRequirement[] {
  const found: PythonRequirement[] = [];
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = index + 1;
    let whole = lines[index]!;
    while (whole.endsWith('\\') && index + 1 < lines.length) whole = whole.slice(0, -1) + lines[++index]!;
    const bare = whole.replace(/(^|\s)#.*$/, '').trim();
    const [, file] = /^(?:-r|-c|--requirement|--constraint)(?:\s*=\s*|\s+|(?<=^-[rc]))(.+)$/.exec(bare) ?? [];
    if (file !== undefined) {
      if (!/^[a-z+]+:\/\//i.test(file)) found.push({ names: 'file', written: unquoted(file), line });
      continue;
    }
    const requirement = unquoted(bare.replace(/^(?:-e|--editable)(?:\s*=\s*|\s+)/, ''));
    const path = pathOfRequirement(requirement);
    if (path !== undefined) found.push({ names: 'package', written: path, line });
  }
  return found;
}

/**
 * Returns the path that a requirement names (`../x`, `x @ file:../x`), or undefined: a package from an index, an address.
 * It is a path when it holds a slash, or begins with a dot.
 */
export function pathOfRequirement(requirement: string): string | undefined {
  const [, direct] = /^[\w.-]+\s*(?:\[[^\]]*\]\s*)?@\s*(\S.*)$/.exec(requirement) ?? [];
  const target = (direct ?? requirement)
    .replace(/\s*;.*$|\s+--.*$/, '')
    .replace(/#.*$/, '')
    .trim();
  if (/^file:/i.test(target)) return pathOfAddress(target);
  // Other addresses, and what Hatch and PDM write in front of a path.
  const [, below] = /^(?:\{root:uri\}|\$\{PROJECT_ROOT\})\/?(.*)$/.exec(target) ?? [];
  if (below !== undefined) return below === '' ? '.' : below;
  if (direct !== undefined || target.startsWith('-') || /^[a-z+]+:/i.test(target)) return undefined;
  return target.startsWith('.') || target.includes('/') ? target.replace(/\[[^\]]*\]$/, '') : undefined;
}

/** `file:../x`, `file:///x`, `file://localhost/x`; also `file://../x`, which tools take. */
function pathOfAddress(address: string): string {
  const path = address
    .slice('file:'.length)
    .replace(/^\/\/(localhost)?(?=\/)|^\/\//, '')
    .replace(/^\/?(\$\{PROJECT_ROOT\}|\{root:path\})\/?/, '');
  try {
    return decodeURIComponent(path) || '.';
  } catch {
    return path;
  }
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, '$2');
}

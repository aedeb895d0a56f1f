import type { Dependencies } from './dependency-changes.ts';

/**
 * Versions that a requirements file asks for: `1.2` for `==1.2`, otherwise the whole condition
 * (https://pip.pypa.io/en/stable/reference/requirements-file-format). Options, other files and addresses that name no
 * package are passed over. Names are compared as PEP 503 says.
 */
export function parsePythonRequirements(text: string): Dependencies {
  const versions = new Map<string, string[]>();
  for (const line of text.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const requirement = line
      .replace(/(^|\s)#.*$/, '')
      .replace(/\s--\S.*$/, '')
      .replace(/;.*$/, '')
      .trim();
    const [, name = '', condition = ''] =
      /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$/.exec(requirement) ?? [];
    if (name === '' || !/^([=~!<>@].*)?$/.test(condition)) continue;
    const [, exact] = /^={2,3}\s*([^\s,*]+)$/.exec(condition) ?? [];
    versions.set(name.toLowerCase().replaceAll(/[-_.]+/g, '-'), [exact ?? (withoutUser(condition) || 'any version')]);
  }
  return versions;
}

/** An address may hold a password. */
function withoutUser(condition: string): string {
  return condition.replace(/:\/\/[^/\s]*@/g, '://').replaceAll(/\s+/g, ' ');
}

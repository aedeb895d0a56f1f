import type { Dependencies } from './dependency-changes.ts';

/**
 * Versions that a `go.mod` requires, after its `replace` lines (https://go.dev/ref/mod#go-mod-file), and that of Go
 * itself as `go`. Lines that are none of its grammar are passed over.
 */
export function parseGoModule(text: string): Dependencies {
  const versions = new Map<string, string[]>();
  let block = '';
  for (const written of text.split(/\r?\n/)) {
    const line = written.replace(/\/\/.*$/, '').trim();
    const [, opened] = /^(\w+)\s*\($/.exec(line) ?? [];
    if (opened !== undefined) block = opened;
    else if (line === ')') block = '';
    else readLine(block === '' ? line : `${block} ${line}`, versions);
  }
  return versions;
}

function readLine(line: string, versions: Map<string, string[]>): void {
  const words = line.split(/\s+/).map((word) => word.replace(/^["`](.*)["`]$/, '$1'));
  const [verb, name = '', second = ''] = words;
  if (verb === 'go' && name !== '') versions.set('go', [name]);
  if (verb === 'require' && name !== '' && second !== '') versions.set(name, [second]);
  if (verb !== 'replace' || !words.includes('=>')) return;
  const target = words.slice(words.indexOf('=>') + 1).join(' ');
  // A replacement counts for what is required only, of one version or all.
  const of = words.indexOf('=>') === 3 ? second : undefined;
  const required = versions.get(name);
  if (required && target !== '' && (of === undefined || required.includes(of))) versions.set(name, [target]);
}

/** Reads the answers of `git cat-file --batch`: contents by object name. Objects that are missing are left out. */
export function parseObjectBatch(output: Buffer): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  let at = 0;
  while (at < output.length) {
    const lineEnd = output.indexOf('\n', at);
    if (lineEnd < 0) break;
    const header = output.toString('latin1', at, lineEnd);
    at = lineEnd + 1;
    const [, object = '', size = ''] = /^([0-9a-f]+) \w+ (\d+)$/.exec(header) ?? [];
    if (object === '') continue;
    contents.set(object, output.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return contents;
}

/** Returns the contents that are texts. */
export function textsAmong(contents: ReadonlyMap<string, Buffer>): Map<string, string> {
  return new Map([...contents].filter(([, each]) => !isBinary(each)).map(([path, each]) => [path, each.toString()]));
}

/** Reports whether git would call the content binary: a NUL among its first bytes. */
function isBinary(content: Buffer): boolean {
  return content.subarray(0, 8000).includes(0);
}

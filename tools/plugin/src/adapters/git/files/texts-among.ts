/** Returns the contents that are texts. */
export function textsAmong(contents: ReadonlyMap<string, Buffer>): Map<string, string> {
  return new Map([...contents].filter(([, each]) => !isBinary(each)).map(([path, each]) => [path, each.toString()]));
}

/** Reports whether git would call the content binary: a NUL among its first bytes. */
function isBinary(content: Buffer): boolean {
  return content.subarray(0, 8000).includes(0);
}

/** Returns a line with its digests cut to 12 characters, which tell them apart as those of commits do. */
export function shortDigests(line: string): string {
  return line.replaceAll(/\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\b/g, '$1');
}

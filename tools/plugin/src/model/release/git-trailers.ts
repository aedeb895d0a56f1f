/** Trailers at the end of a message, by lower-case name. One that stands there twice is ambiguous and counts as absent. */
export function parseTrailers(message: string): Map<string, string> {
  const unsigned = message.replace(/^-----BEGIN (PGP|SSH) SIGNATURE-----[^]*/m, '');
  const paragraphs = unsigned
    .replaceAll('\r\n', '\n')
    .trim()
    .split(/\n{2,}/);
  const trailers = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const line of paragraphs.at(-1)?.split('\n') ?? []) {
    const [, name = '', value = ''] = /^([A-Za-z][A-Za-z-]*):\s*(.*?)\s*$/.exec(line) ?? [];
    const key = name.toLowerCase();
    if (trailers.has(key)) ambiguous.add(key);
    trailers.set(key, value);
  }
  for (const key of ambiguous) trailers.delete(key);
  return trailers;
}

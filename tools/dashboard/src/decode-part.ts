/** Returns a part of a path in clear: what stands in an address that was typed may not be well formed. */
export function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

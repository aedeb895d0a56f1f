/** A moment to the minute, as tables show it: `2026-11-24 12:00`, UTC. @param iso ISO 8601, UTC. */
export function formatTimestamp(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

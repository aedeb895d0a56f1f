/** Returns what others wrote as one line of at most 300 characters. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}

/** A place and size that a path is drawn at. */
export interface PathPlace {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/**
 * Returns the data of an SVG path, of absolute commands, moved and scaled: shapes of a thousand services make up one path
 * element then, which a browser draws at once.
 */
export function placedPath(path: string, { x, y, scale }: PathPlace): string {
  return path.replace(/([MLHVAZ])([^MLHVAZ]*)/g, (_, command: string, text: string) => {
    const numbers = [...text.matchAll(/-?[\d.]+/g)].map(([number]) => Number(number));
    return command + numbers.map((number, index) => round(placed(command, number, index))).join(' ');
  });

  function placed(command: string, number: number, index: number): number {
    if (command === 'H') return number * scale + x;
    if (command === 'V') return number * scale + y;
    if (command !== 'A') return number * scale + (index % 2 === 0 ? x : y);
    // Of an arc: two radii, a turn, two flags, and the end.
    const part = index % 7;
    if (part < 2) return number * scale;
    return part < 5 ? number : number * scale + (part === 5 ? x : y);
  }
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}

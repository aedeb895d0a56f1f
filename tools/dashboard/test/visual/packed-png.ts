import { crc32, deflateSync } from 'node:zlib';

/** A picture as pixels: red, green, blue, opacity, a byte each. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Values of a colour's part by what they are rounded to. A table, because jest makes each look at `Math` slow. */
export const rounded = Uint8Array.from({ length: 256 }, (_, value) => Math.min(255, Math.round(value / 16) * 16));

/** Rounds colours, in place, so far that a picture has at most 256, and the same letter always has the same. */
export function roundColours({ data }: Pixels): void {
  for (let at = 0, { length } = data; at < length; at++) data[at] = rounded[data[at]!]!;
}

/**
 * Writes a picture with a table of its colours, which pngjs reads and does not write: a third of the size. Pictures are kept
 * in the repository for good.
 */
export function packPng({ width, height, data }: Pixels): Buffer {
  const colours = new Map<number, number>();
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 1; x <= width; x++, at += 4) {
      const colour = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
      let index = colours.get(colour);
      if (index === undefined) colours.set(colour, (index = colours.size));
      lines[y * (width + 1) + x] = index;
    }
  }
  if (colours.size > 256)
    throw new Error(`A picture has ${colours.size} colours, and 256 are the most: draw fewer shades.`);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Eight bits for each pixel, each an index.
  head.set([8, 3, 0, 0, 0], 8);
  const table = Buffer.from([...colours.keys()].flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const image = deflateSync(lines, { level: 9 });
  return Buffer.concat([signature, chunk('IHDR', head), chunk('PLTE', table), chunk('IDAT', image), chunk('IEND')]);
}

function chunk(type: string, content: Buffer = Buffer.alloc(0)): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}

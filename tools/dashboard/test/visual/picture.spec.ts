import { PNG } from 'pngjs';
import { packPng, roundColours } from './packed-png.ts';
import { differenceOf } from './picture.ts';

type Colour = readonly [number, number, number];
const white: Colour = [255, 255, 255];
const text: Colour = [27, 32, 39];
const broken: Colour = [143, 15, 31];

/** A picture with a light surface, and rectangles in it: left, top, width, height, colour. */
function drawn(...shapes: readonly (readonly [number, number, number, number, Colour])[]): PNG {
  const picture = new PNG({ width: 120, height: 80 });
  for (const [left, top, width, height, colour] of [[0, 0, 120, 80, white] as const, ...shapes])
    for (let y = top; y < top + height; y++)
      for (let x = left; x < left + width; x++) picture.data.set([...colour, 255], (y * 120 + x) * 4);
  return picture;
}

const word = [20, 20, 40, 10, text] as const;
const mark = [80, 40, 5, 5, text] as const;

describe('differenceOf', () => {
  it('finds none between equal pictures', () => {
    expect(differenceOf(drawn(word, mark), drawn(word, mark))).toBeUndefined();
  });

  it('finds none where the edges of letters are drawn otherwise', () => {
    const other = drawn(word, mark);
    // A pixel here and there along an edge, as another machine has it, and a shade less of ink.
    for (let x = 20; x < 60; x += 6) other.data.set([110, 112, 116, 255], (20 * 120 + x) * 4);
    expect(differenceOf(drawn(word, mark), other)).toBeUndefined();
  });

  it.each([
    ['is gone', drawn(word)],
    ['moved by four pixels', drawn(word, [84, 40, 5, 5, text])],
    ['has another colour', drawn(word, [80, 40, 5, 5, broken])],
    ['is new', drawn(word, mark, [100, 60, 5, 5, text])],
  ])('finds a mark that %s', (_, other) => {
    const difference = differenceOf(drawn(word, mark), other);
    expect(difference?.text).toMatch(/^\d+ pixels differ in a square of 16 × 16$/);
    expect(difference?.picture?.width).toBe(120);
  });

  it('finds a line that moved by one pixel', () => {
    expect(differenceOf(drawn([0, 40, 120, 1, text]), drawn([0, 41, 120, 1, text]))).toBeDefined();
  });

  it('finds another size', () => {
    expect(differenceOf(drawn(word), new PNG({ width: 120, height: 90 }))?.text).toBe(
      'it is 120 × 90 pixels, and was 120 × 80',
    );
  });
});

describe('packPng', () => {
  it('keeps the pixels of a picture whose colours are rounded', () => {
    const picture = drawn(word, mark);
    roundColours(picture);
    const { width, height, data } = PNG.sync.read(packPng(picture));
    expect({ width, height, isEqual: data.equals(picture.data) }).toEqual({ width: 120, height: 80, isEqual: true });
  });
});

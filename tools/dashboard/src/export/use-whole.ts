import type { Windowing, WindowingOptions } from '../grid/use-windowing.ts';

/**
 * Draws all lines: the browser leaves out what cannot be seen (`content-visibility`), and its search, its printer and readers
 * that save the page find all of them.
 */
export function useWhole({ count, height }: WindowingOptions): Windowing {
  return {
    items: Array.from({ length: count }, (_, index) => ({ index, start: undefined })),
    height: count * height,
    show: (index) =>
      document.querySelector(`.grid [aria-rowindex="${index + 2}"]`)?.scrollIntoView({ block: 'nearest' }),
  };
}

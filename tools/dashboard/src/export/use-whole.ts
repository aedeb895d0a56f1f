import { useEffect, useState } from 'preact/hooks';
import type { Windowing, WindowingOptions } from '../grid/use-windowing.ts';

/** Lines that are drawn at once: more than any window shows. */
const firstLines = 80;

/**
 * Draws all lines, as soon as the first ones can be seen: the browser leaves out what is outside of the window
 * (`content-visibility`), and its search, its printer and readers that save the page find all of them.
 */
export function useWhole({ count, height }: WindowingOptions): Windowing {
  const [isFirst, setFirst] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setFirst(false));
    return () => clearTimeout(timer);
  }, []);
  return {
    items: Array.from({ length: isFirst ? Math.min(count, firstLines) : count }, (_, index) => ({
      index,
      start: undefined,
    })),
    height: count * height,
    show: (index) =>
      document.querySelector(`.grid [aria-rowindex="${index + 2}"]`)?.scrollIntoView({ block: 'nearest' }),
  };
}

import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';

/** Lines of the grid that are in the window; the others are not drawn. */
export interface Windowing {
  /** Pixels from the top of the page; undefined where all lines are drawn, one after another. */
  readonly items: readonly { readonly index: number; readonly start: number | undefined }[];
  readonly height: number;
  /** Shows a line, without moving more than needed. */
  show(index: number): void;
}

export interface WindowingOptions {
  readonly count: number;
  /** Height of each line, pixels. */
  readonly height: number;
  /** Pixels from the top of the window that what is fixed there covers. */
  readonly covered: number;
  /** A line that is always drawn: that with the focus. */
  readonly kept: number;
  /** Pixels from the top of the page to the first line. */
  readonly margin: number;
}

/** Lines that are drawn above and below the window, so that there is something when it is scrolled. */
const beyond = 8;

/** Draws of many lines of one height those only that can be seen. */
export function useWindowing(options: WindowingOptions): Windowing {
  const { count, height, covered, kept, margin } = options;
  const [, redraw] = useReducer((times: number, _: void) => times + 1, 0);
  const drawn = rangeInWindow(options);
  const latest = useRef({ options, drawn });
  latest.current = { options, drawn };
  useLayoutEffect(() => {
    const look = () => {
      const { first, end } = rangeInWindow(latest.current.options);
      if (first !== latest.current.drawn.first || end !== latest.current.drawn.end) redraw();
    };
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, []);
  const indexes = Array.from({ length: drawn.end - drawn.first }, (_, at) => drawn.first + at);
  if (kept >= 0 && kept < drawn.first) indexes.unshift(kept);
  if (kept >= drawn.end && kept < count) indexes.push(kept);
  return {
    items: indexes.map((index) => ({ index, start: margin + index * height })),
    height: count * height,
    show: (index) => {
      const top = margin + index * height;
      if (top < scrollY + covered) scrollTo({ top: top - covered });
      else if (top + height > scrollY + innerHeight) scrollTo({ top: top + height - innerHeight });
    },
  };
}

/** Returns the lines that are drawn, `end` excluded. */
function rangeInWindow({ count, height, margin }: WindowingOptions): { readonly first: number; readonly end: number } {
  const first = Math.floor((scrollY - margin) / height) - beyond;
  const end = Math.ceil((scrollY + innerHeight - margin) / height) + beyond;
  return { first: clamp(first, count), end: clamp(end, count) };
}

function clamp(index: number, count: number): number {
  return Math.min(Math.max(index, 0), count);
}

import {
  defaultRangeExtractor,
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
} from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

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

/** Draws of many lines of one height those only that can be seen. */
export function useWindowing({ count, height, covered, kept, margin }: WindowingOptions): Windowing {
  const [, redraw] = useReducer((times: number, _: void) => times + 1, 0);
  const keptNow = useRef(kept);
  keptNow.current = kept;
  const options = {
    count,
    estimateSize: () => height,
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    initialRect: { width: innerWidth, height: innerHeight },
    scrollMargin: margin,
    scrollPaddingStart: covered,
    overscan: 8,
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const indexes = defaultRangeExtractor(range);
      const index = keptNow.current;
      return index < 0 || indexes.includes(index) ? indexes : [...indexes, index].sort((a, b) => a - b);
    },
    onChange: () => redraw(),
  };
  const [virtualizer] = useState(() => new Virtualizer<Window, Element>(options));
  virtualizer.setOptions({ ...virtualizer.options, ...options });
  const known = useRef(height);
  if (known.current !== height) {
    known.current = height;
    virtualizer.measure();
  }
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return {
    items: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    show: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }),
  };
}

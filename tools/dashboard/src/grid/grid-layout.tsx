import { computed, signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { isCompact, shownEnvironments } from './lines.ts';

/** Pixels of a line and of a build's number as they are drawn: people set other letters and spacing (WCAG 1.4.12). */
const letters = signal({ line: 19, build: 84 });
const windowWidth = signal(innerWidth);
addEventListener('resize', () => (windowWidth.value = innerWidth));

/** Least pixels of the name, of a gap, and of what stands in a cell beside the build. */
const least = { name: 126, gap: 91, besideBuild: 42 };
/** Windows wider than this scroll sideways for many environments; in narrower ones, as at 200 % zoom, nothing may. */
const widest = 1100;

const cellWidth = computed(() => Math.max(126, letters.value.build + least.besideBuild));

/** Whether each service is a block, with a line for each environment, because columns do not fit beside each other. */
export const isInBlocks = computed(() => {
  const needed = least.name + shownEnvironments.value.length * (least.gap + cellWidth.value);
  return windowWidth.value < Math.min(needed, widest);
});

const roomy = computed(() => Math.max(44, 2 * letters.value.line + 6));

/** Pixels of a line within a block. */
export const blockLine = roomy;

/** Pixels of a line of the grid. */
export const rowHeight = computed(() => {
  if (isInBlocks.value) return 8 + roomy.value * (1 + shownEnvironments.value.length);
  return isCompact.value ? Math.max(28, letters.value.line + 8) : roomy.value;
});

/** The grid's columns as CSS has them. */
export const columnWidths = computed(() => {
  const pair = `${least.gap}px minmax(${cellWidth.value}px, 1fr)`;
  return `minmax(${least.name}px, 16rem) ${shownEnvironments.value.map(() => pair).join(' ')}`;
});

/** A build's number that nobody sees, measured whenever letters change. */
export function LetterProbe() {
  const probe = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      const { width, height } = probe.current!.getBoundingClientRect();
      const next = { line: Math.ceil(height), build: Math.ceil(width) };
      if (next.line !== letters.value.line || next.build !== letters.value.build) letters.value = next;
    });
    observer.observe(probe.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <span ref={probe} class="letter-probe" aria-hidden="true">
      20261125-10
    </span>
  );
}

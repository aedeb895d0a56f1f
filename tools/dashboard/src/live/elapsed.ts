/**
 * Begins to count milliseconds, by two clocks: that of the day may be set while the page is open, and the steady one stands still
 * while the machine sleeps. The one that counted more is right, or is put right by the next beat.
 */
export function startCounting(): () => number {
  const [day, steady] = [Date.now(), performance.now()];
  return () => Math.max(Date.now() - day, performance.now() - steady);
}

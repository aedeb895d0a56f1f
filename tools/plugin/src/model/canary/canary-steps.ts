/** Shares that a canary may have, one after the other, at most. */
const mostSteps = 10;

/** Reads `10%,50%`. @returns the shares in percent, or why they are none, as a sentence. */
export function parseCanarySteps(text: string): readonly number[] | string {
  const steps = text.split(',').map((each) => {
    const [, percent] = /^\s*(\d{1,3})%?\s*$/.exec(each) ?? [];
    return percent === undefined ? Number.NaN : Number(percent);
  });
  if (steps.some((step) => !(step >= 1 && step <= 100)))
    return 'Expected shares of the requests from 1% to 100%, separated by commas: `--canary=10%,50%`.';
  if (steps.some((step, index) => index > 0 && step <= steps[index - 1]!))
    return 'Expected shares that grow: `--canary=10%,50%`.';
  return steps.length > mostSteps ? `Expected at most ${mostSteps} shares.` : steps;
}

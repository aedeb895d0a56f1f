import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Loaded {
  readonly axe: {
    run(
      part: string | undefined,
    ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
  };
}

/** Returns what axe finds wrong in a page, or the part that a selector finds, a line each. */
export async function violations(page: Page, part?: string): Promise<string[]> {
  // Once a page: it is half a megabyte.
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(`${axe};undefined`);
  return page.evaluate(async (selector) => {
    const found = await (globalThis as unknown as Loaded).axe.run(selector);
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  }, part);
}

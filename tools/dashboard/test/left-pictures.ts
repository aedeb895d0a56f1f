import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Where pictures are left, for people who want to see them. */
const folder = join(tmpdir(), 'dashboard views');

/** Leaves a picture of the page. */
export async function leavePicture(
  page: Page,
  name: string,
  { isGrey = false, fullPage = false }: { readonly isGrey?: boolean; readonly fullPage?: boolean } = {},
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await page.evaluate((grey) => (document.documentElement.style.filter = grey ? 'grayscale(1)' : ''), isGrey);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
  await page.evaluate(() => (document.documentElement.style.filter = ''));
}

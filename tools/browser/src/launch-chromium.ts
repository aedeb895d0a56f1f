import { chromium, type Browser, type LaunchOptions } from 'playwright-core';
import { chromiumPath, ensureChromium } from './chromium.ts';

/** Installs Chromium where it is missing, and starts it for Playwright's library. */
export async function launchChromium({ args = [], ...options }: LaunchOptions = {}): Promise<Browser> {
  await ensureChromium();
  return chromium.launch({
    ...options,
    executablePath: chromiumPath(),
    // Tests run as root, in containers with a small /dev/shm.
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...args],
  });
}

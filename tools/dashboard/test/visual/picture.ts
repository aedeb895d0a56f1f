import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pixelmatch from 'pixelmatch';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { packPng, rounded, roundColours } from './packed-png.ts';

/** Where the pictures are that the page is compared with. */
export const kept = join(__dirname, 'pictures');
/** Where those of this run are left, with what differs, for people who want to see them. */
export const left = join(tmpdir(), 'dashboard pictures');
/** True: pictures are taken, and not compared. */
export const isTaking = process.env['DASHBOARD_PICTURES'] === 'take';

const takeThem = 'npm run dashboard:pictures';
/** Distance of two colours up to which they are the same: 1 is that of black and white. */
const threshold = 0.1;
/**
 * Pixels that may differ in any square of so many pixels. What machines draw otherwise is spread along the edges of letters,
 * where pixelmatch finds most of it; what is gone, moved or coloured otherwise is close together.
 */
const tolerance = { square: 16, most: 12 };
const mostTries = 6;
const pauseMs = 1_000;

/** Returns how two pictures differ, as a sentence, with a picture of it where there is one; undefined when they do not. */
export function differenceOf(before: PNG, now: PNG): { text: string; picture?: PNG } | undefined {
  if (before.width !== now.width || before.height !== now.height) {
    const size = ({ width, height }: PNG) => `${width} × ${height}`;
    return { text: `it is ${size(now)} pixels, and was ${size(before)}` };
  }
  const picture = new PNG({ width: now.width, height: now.height });
  const most = pixelmatch(before.data, now.data, picture.data, now.width, now.height, {
    threshold,
    windowSize: tolerance.square,
  });
  if (most <= tolerance.most) return undefined;
  return { text: `${most} pixels differ in a square of ${tolerance.square} × ${tolerance.square}`, picture };
}

/** Returns whether two pictures are the same but for the rounding of colours. In a browser, which is 20 times faster than jest. */
function isSame(blank: Page, before: Buffer, now: Buffer): Promise<boolean> {
  return blank.evaluate(
    async ({ files, table }) => {
      const [first, second] = await Promise.all(
        files.map(async (file) => {
          const drawn = await createImageBitmap(await (await fetch(`data:image/png;base64,${file}`)).blob());
          const context = new OffscreenCanvas(drawn.width, drawn.height).getContext('2d')!;
          context.drawImage(drawn, 0, 0);
          return context.getImageData(0, 0, drawn.width, drawn.height);
        }),
      );
      return (
        first!.width === second!.width &&
        first!.height === second!.height &&
        first!.data.every((value, at) => value === table[second!.data[at]!])
      );
    },
    { files: [before, now].map((file) => file.toString('base64')), table: [...rounded] },
  );
}

/**
 * Compares a picture with the one that is kept, or keeps it. One that looks otherwise is taken anew for a while: a busy
 * machine lays out and draws late, which Playwright's toHaveScreenshot allows for in the same way.
 * @param blank a page without anything, of any browser.
 * @returns what is wrong, with the files to look at.
 */
export async function checkPicture(blank: Page, name: string, take: () => Promise<Buffer>): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    const problems = await compareOrKeep(blank, name, await take());
    if (problems.length === 0 || tries === mostTries) return problems;
    await pause(pauseMs);
  }
}

async function compareOrKeep(blank: Page, name: string, taken: Buffer): Promise<string[]> {
  const file = join(kept, `${name}.png`);
  const seen = join(left, `${name}.png`);
  writeFileSync(seen, taken);
  if (existsSync(file) && (await isSame(blank, readFileSync(file), taken))) return [];
  const now = PNG.sync.read(taken);
  roundColours(now);
  const difference = existsSync(file)
    ? differenceOf(PNG.sync.read(readFileSync(file)), now)
    : { text: 'there is none to compare it with' };
  if (!difference) return [];
  if (isTaking) {
    writeFileSync(file, packPng(now));
    return [];
  }
  const drawn = join(left, `${name}.diff.png`);
  if (difference.picture) writeFileSync(drawn, PNG.sync.write(difference.picture));
  const files = [`before: ${file}`, `now: ${seen}`, ...(difference.picture ? [`what differs: ${drawn}`] : [])];
  return [`${name} looks otherwise: ${difference.text}. ${files.join(', ')}. Where it is meant so: ${takeThem}`];
}

/** Returns the pictures that are kept and that no scene has any more; where pictures are taken, they are removed. */
export function leftoverPictures(wanted: readonly string[]): string[] {
  const leftover = readdirSync(kept).filter((file) => !wanted.includes(file.replace(/\.png$/, '')));
  if (!isTaking) return leftover;
  for (const file of leftover) rmSync(join(kept, file));
  return [];
}

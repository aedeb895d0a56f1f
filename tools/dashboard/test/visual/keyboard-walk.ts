import type { Page } from 'playwright-core';

/** What the focus was at, after a press of Tab. */
interface Stop {
  /** Place among all that the focus can come to; none when it left the page, or is at the dialog itself. */
  readonly place?: number;
  readonly isInPage: boolean;
  readonly problems: readonly string[];
}

/** Presses of Tab after which a page counts as a trap. */
const most = 120;

/**
 * Goes through a page by Tab alone, from where the focus is until it is there again.
 * @returns what is wrong: what the focus never comes to, where it cannot be seen, and where it does not leave.
 */
export async function walkByKeyboard(page: Page): Promise<string[]> {
  const wanted = await page.evaluate(markStops);
  const problems = new Set<string>();
  const { place: first } = await page.evaluate(readStop);
  const seen = new Set(first === undefined ? [] : [first]);
  let timesLeft = 0;
  for (let presses = 0; presses < most; presses++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(readStop);
    // A dialog begins where its focus was: what stands before that comes after the focus has left it once, and then
    // been at the dialog itself.
    if (stop.place === undefined && (stop.isInPage || timesLeft++ === 0)) continue;
    if (stop.place === undefined || seen.has(stop.place)) break;
    seen.add(stop.place);
    for (const problem of stop.problems) problems.add(problem);
    if (presses === most - 1) problems.add(`the focus is still in the page after ${most} presses of Tab`);
  }
  for (const [place, html] of wanted.entries()) if (!seen.has(place)) problems.add(`never comes to ${html}`);
  return [...problems];
}

/** Numbers all that the focus can come to, in the dialog that is open, or in the page. */
function markStops(): string[] {
  const within = document.querySelector('dialog[open]') ?? document;
  const all = within.querySelectorAll<HTMLElement>('a[href], button, select, input, textarea, summary, [tabindex]');
  const stops = [...all].filter(
    (each) => each.tabIndex >= 0 && !each.matches(':disabled') && each.checkVisibility({ visibilityProperty: true }),
  );
  stops.forEach((each, place) => (each.dataset['stop'] = String(place)));
  return stops.map((each) => each.outerHTML.slice(0, 120));
}

/** Reads where the focus is, whether its outline has three times the light of what it lies on, and whether it is covered. */
function readStop(): Stop {
  const light = (text: string): number => {
    const context = new OffscreenCanvas(1, 1).getContext('2d')!;
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const parts = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
    const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const focused = document.activeElement as HTMLElement | null;
  if (!focused || focused === document.body) return { isInPage: false, problems: [] };
  if (focused.dataset['stop'] === undefined) return { isInPage: true, problems: [] };
  const name = focused.outerHTML.slice(0, 120);
  const problems: string[] = [];
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(focused);
  if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) problems.push(`no outline at ${name}`);
  let ground: Element | null = focused;
  while (ground && /rgba\(.*, 0\)|transparent/.test(getComputedStyle(ground).backgroundColor))
    ground = ground.parentElement;
  const lights = [outlineColor, ground ? getComputedStyle(ground).backgroundColor : '#fff']
    .map(light)
    .sort((a, b) => b - a);
  if ((lights[0]! + 0.05) / (lights[1]! + 0.05) < 3) problems.push(`an outline that is hard to see at ${name}`);
  const { left, top, width, height, bottom } = focused.getBoundingClientRect();
  if (height < innerHeight && (top < -1 || bottom > innerHeight + 1)) problems.push(`out of the window: ${name}`);
  else if (height < 200) {
    const on = document.elementFromPoint(Math.max(0, left) + Math.min(width / 2, 8), top + height / 2);
    const isFree = !on || focused.contains(on) || on.contains(focused) || on.matches('label, label *');
    if (!isFree) problems.push(`covered by ${on.outerHTML.slice(0, 60)}: ${name}`);
  }
  return { place: Number(focused.dataset['stop']), isInPage: true, problems };
}

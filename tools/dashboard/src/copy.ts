import { signal } from '@preact/signals';

/** What the page says in passing, for eyes and screen readers. */
export const notice = signal('');
let timer: number | undefined;

export function say(text: string): void {
  notice.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => (notice.value = ''), 6000) as unknown as number;
}

/** Copies a text, and says so. */
export function copyText(text: string): void {
  navigator.clipboard.writeText(text).then(
    () => say(`Copied: ${text}`),
    () => say(`The browser does not let it be copied: ${text}`),
  );
}

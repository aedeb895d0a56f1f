import { signal } from '@preact/signals';

/** What the page says in passing, for eyes and screen readers. */
export const notice = signal('');
/** The text that `y` copies in a view that has more to say than its command. */
export const copied = signal<{ readonly text: string; readonly name: string } | undefined>(undefined);
let timer: number | undefined;

export function say(text: string): void {
  notice.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => (notice.value = ''), 6000) as unknown as number;
}

/** Browsers have a clipboard for pages only that come by TLS, from this machine, or from its disk. */
export async function writeClipboard(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

/** Copies a text, and says so. @param name of what is too long to be said. */
export function copyText(text: string, name = text): void {
  writeClipboard(text).then(
    () => say(`Copied: ${name}`),
    () => say(`The browser does not let it be copied: ${name}`),
  );
}

import { effect, signal } from '@preact/signals';

const storage = storageOf(() => localStorage);

/** What somebody chose for this browser: not part of the address, which others are given. */
export type Theme = 'system' | 'light' | 'dark';
export const theme = signal<Theme>((storage?.getItem('poc-theme') as Theme | null) ?? 'system');
/** Whether single keys do something; off for people whose software presses keys for them (WCAG 2.1.4). */
export const hasKeys = signal(storage?.getItem('poc-keys') !== 'off');

/** Zone of the times; the address may ask for another. */
export const zone = signal<'utc' | 'local'>(storage?.getItem('poc-zone') === 'local' ? 'local' : 'utc');

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  storage?.setItem('poc-theme', theme.value);
  storage?.setItem('poc-zone', zone.value);
  storage?.setItem('poc-keys', hasKeys.value ? 'on' : 'off');
});

/** An exported page may be shown in a frame or with a setting in which browsers keep nothing. */
function storageOf(find: () => Storage): Storage | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}

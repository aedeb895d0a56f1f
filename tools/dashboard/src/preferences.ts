import { effect, signal } from '@preact/signals';

/** What somebody chose for this browser: not part of the address, which others are given. */
export type Theme = 'system' | 'light' | 'dark';
export const theme = signal<Theme>((localStorage.getItem('poc-theme') as Theme | null) ?? 'system');
/** Whether single keys do something; off for people whose software presses keys for them (WCAG 2.1.4). */
export const hasKeys = signal(localStorage.getItem('poc-keys') !== 'off');

/** Zone of the times; the address may ask for another. */
export const zone = signal<'utc' | 'local'>(localStorage.getItem('poc-zone') === 'local' ? 'local' : 'utc');

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem('poc-theme', theme.value);
  localStorage.setItem('poc-zone', zone.value);
  localStorage.setItem('poc-keys', hasKeys.value ? 'on' : 'off');
});

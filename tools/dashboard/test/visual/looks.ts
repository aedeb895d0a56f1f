import type { Look } from './stage.ts';

export const light: Look = { colorScheme: 'light', width: 1440 };
export const dark: Look = { colorScheme: 'dark', width: 1440 };
export const lightPhone: Look = { colorScheme: 'light', width: 360 };
export const darkPhone: Look = { colorScheme: 'dark', width: 360 };

/** Returns a look's part of a picture's name. */
export function nameOf({ colorScheme, width }: Look): string {
  return `${colorScheme}-${width}`;
}

import { LineScrubber, scrubLines } from './line-scrubber.ts';
import { mask } from './mask.ts';
import { isAboutSecret, isSecretName } from './secret-names.ts';

/** Characters of a text of a configuration that are looked at: nobody is shown more. */
const longestText = 4000;

/** Returns a value of a configuration as it may be shown: also in lists of arguments. What is secret goes to the end of its line. */
export function scrubValue(value: unknown): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (!Array.isArray(value)) return value;
  return value.map((item: unknown, index) => {
    const before: unknown = value[index - 1];
    const isValueOfFlag = typeof before === 'string' && isSecretFlag(before) && !String(item).startsWith('-');
    return isValueOfFlag ? mask : scrubValue(item);
  });
}

function isSecretFlag(text: string): boolean {
  return /^--?[\w.-]{1,200}$/.test(text) && isSecretName(text.replace(/^-+/, '')) && !isAboutSecret(text);
}

function scrubText(text: string): string {
  // A word that was cut through could be half a password.
  const whole = text.length > longestText ? text.slice(0, longestText).replace(/\S*$/, '…') : text;
  return whole.includes('\n') ? scrubLines(whole.split('\n'), 'line').join('\n') : new LineScrubber('line').next(whole);
}

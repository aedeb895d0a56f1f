import { isMap } from '../manifests/source/object-fields.ts';
import { LineScrubber } from '../secrets/line-scrubber.ts';
import type { Mistakes } from './mistakes.ts';

/** Set by the release itself, for what is built of one commit to be the same everywhere. */
const ownArgument = 'SOURCE_DATE_EPOCH';

/** Reads the values of the Dockerfile's `ARG`. */
export function readArguments(value: unknown, mistakes: Mistakes): Readonly<Record<string, string>> | undefined {
  if (!isMap(value)) return mistakes.tell('expected an object, such as {"NODE_VERSION": "24"}.');
  const read = Object.entries(value).map(([name, each]) => [name, readArgument(name, each, mistakes.within(name))]);
  return Object.fromEntries(read) as Record<string, string>;
}

function readArgument(name: string, value: unknown, mistakes: Mistakes): string | undefined {
  if (!isVariableName(name))
    return mistakes.tell('this is no name of an ARG. It has letters, digits and `_`, and begins with no digit.');
  if (name === ownArgument) return mistakes.tell('this is set to the time of the commit.');
  if (typeof value === 'number' || typeof value === 'boolean')
    return mistakes.tell(
      `expected a text: write it in quotation marks ("${value}"), to be passed on as it is written.`,
    );
  if (typeof value !== 'string' || value.includes('\0')) return mistakes.tell('expected a text.');
  if (!looksSecret(`${name}=${value}`)) return value;
  return mistakes.tell(
    'this looks like a secret, and an argument is in the history of the image. Name it in `build.secrets`, and read it with RUN --mount=type=secret.',
  );
}

/** Reports whether a text is the name of a variable, of a shell or a Dockerfile. */
export function isVariableName(text: string): boolean {
  return /^[A-Za-z_]\w{0,254}$/.test(text);
}

/** Reports whether a text has the form of a secret, whatever this process knows of its own. */
export function looksSecret(text: string): boolean {
  const scrubber = new LineScrubber('line', { maskIn: (line) => line });
  return text.split('\n').some((line) => scrubber.next(line) !== line);
}

/** Values of properties, by their names in lower case: more than one where a condition chooses. */
export type Properties = ReadonlyMap<string, readonly string[]>;

/** A text with its properties put in: each that it may be, or the first property that nothing sets. */
export type Expanded = { readonly values: readonly string[] } | { readonly unknown: string };

/** Answers of functions: `$([MSBuild]::GetPathOfFileAbove(a, b))`; undefined for one that is not known. */
export type CallFunction = (name: string, parameters: readonly string[]) => string | undefined;

/** As many values are looked at of one text: conditions on several properties multiply. */
const mostValues = 64;

/**
 * Puts properties (`$(Name)`) into a text, in every combination that their values allow.
 * @param call answers functions that search for files.
 */
export function expand(text: string, properties: Properties, call: CallFunction): Expanded {
  const start = text.indexOf('$(');
  if (start < 0) return { values: [text] };
  const end = closing(text, start + 1);
  if (end < 0) return { unknown: text.slice(start) };
  const inner = text.slice(start + 2, end);
  const found = valueOf(inner.trim(), properties, call);
  if ('unknown' in found) return found;
  const rest = expand(text.slice(end + 1), properties, call);
  if ('unknown' in rest) return rest;
  const all = found.values.flatMap((value) => rest.values.map((after) => text.slice(0, start) + value + after));
  return { values: [...new Set(all)].slice(0, mostValues) };
}

function valueOf(inner: string, properties: Properties, call: CallFunction): Expanded {
  if (/^[\w.-]+$/.test(inner)) {
    const values = properties.get(inner.toLowerCase());
    return values === undefined ? { unknown: inner } : { values };
  }
  const [, name, list] = /^\[([\w.]+\]::\w+)\((.*)\)$/s.exec(inner) ?? [];
  if (name === undefined || list === undefined) return { unknown: inner };
  const parameters: string[] = [];
  for (const written of list.split(',')) {
    const expanded = expand(written.trim().replace(/^(['"`])(.*)\1$/s, '$2'), properties, call);
    if ('unknown' in expanded) return expanded;
    parameters.push(expanded.values[0]!);
  }
  const answer = call(name.replace(']', ''), parameters);
  return answer === undefined ? { unknown: inner } : { values: [answer] };
}

/** Returns where the bracket that opens at an offset is closed, or -1. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return at;
  }
  return -1;
}

import { mask } from './mask.ts';
import { isAboutSecret, secretWords } from './secret-names.ts';

/**
 * How far a value without quotes goes. `word`: in prose and logs, where more follows it. `line`: in a file or an argument,
 * which may have blanks in it.
 */
export type ValueReach = 'word' | 'line';

const nameWord = new RegExp(
  // `_auth` is npm's; a variable in capitals that ends so is an environment's.
  `(?:${secretWords})|(?<=[A-Z0-9_]_)KEYS?(?=\\\\*["']?[=:])|(?<=["'/:._-]_?)auth(?=\\\\*["']?\\s?[=:])|\\bIDENTIFIED\\s+BY(?=\\s+')`,
  'gi',
);
const restOfName = /[\w.-]{0,60}/y;
const separator = /\\*["'\]]{0,2}[ \t]{0,8}(?:=>|:=|[=:])(?![=:])[ \t]{0,8}/y;
/** `--password hunter2`, also as a list of arguments writes it. */
const flagSeparator = /\\*["'][ \t]{0,4},?[ \t]{0,4}(?=\\*["'])(?!\\*["']-)|[ \t]{1,8}(?![-\s])/y;
/** `PASSWORD 'hunter2'` of SQL, `login me password hunter2` of .netrc. */
const sqlSeparator = /\s{1,8}(?=')/y;
/** `{"name": "DB_PASSWORD", "value": "hunter2"}`, `<add key="Password" value="hunter2" />`. */
const pairSeparator = /\\*["']?[ \t]{0,8}[,;]?[ \t]{0,8}\\*["']?value\\*["']?[ \t]{0,8}[=:][ \t]{0,8}/iy;
const pairName = /\b(?:name|key)\\*["']?[ \t]{0,8}[=:][ \t]{0,8}\\*["']?[\w.-]{0,60}$/i;
/**
 * A reference to a value, a word for none, the beginning of what holds others, or a kind and a name, as Kubernetes speaks:
 * `volume "passwords" : secret "payments-database" not found`.
 */
const harmless =
  /(?:secret|configmap)[ \t]\\*["']|\\*["'`]?(?:\*\*\*|\$\{?\w{1,80}\}?|\$[({]{1,2}[^)}\n]{1,80}[)}]{1,2}|\{\{[^}\n]{0,80}\}\}|%\w{1,80}%|true|false|null|none|nil|undefined|<[\w -]{1,40}>)\\*["'`]?(?=[\s,;&)}\]]|$)|\\*["'`]{2}(?=[\s,;)}\]]|$)|[[{|>]|[,;)}\]]|$/iy;
const atBeginning = /^[\s>*#+-]*(?:(?:export|set|ENV|ARG|declare -x)\s+)?["']?$/;

/** Masks values behind names that say that they are secret, in one line. */
export function maskAssignments(line: string, reach: ValueReach): string {
  let masked = '';
  let done = 0;
  const isInString = stringsOf(line);
  nameWord.lastIndex = 0;
  for (let found = nameWord.exec(line); found; found = nameWord.exec(line)) {
    const value = valueAt(
      line,
      { start: found.index, end: nameWord.lastIndex, done, isInString: isInString(found.index) },
      reach,
    );
    if (!value) continue;
    masked += line.slice(done, value.from) + value.shown;
    done = nameWord.lastIndex = Math.max(value.to, nameWord.lastIndex);
  }
  return masked + line.slice(done);
}

/** Returns what reports whether a place is within double quotes, as in JSON. It is asked about places in their order. */
function stringsOf(line: string): (at: number) => boolean {
  let counted = 0;
  let isInside = false;
  return (at) => {
    for (; counted < at; counted++) {
      if (line[counted] === '\\') counted++;
      else if (line[counted] === '"') isInside = !isInside;
    }
    return isInside;
  };
}

/** A value to be masked. */
interface FoundValue {
  readonly from: number;
  readonly to: number;
  readonly shown: string;
}

/** Returns the value that belongs to a secret's name in a line. @param word where the word is that makes it secret. */
function valueAt(
  line: string,
  word: { readonly start: number; readonly end: number; readonly done: number; readonly isInString: boolean },
  reach: ValueReach,
): FoundValue | undefined {
  const before = line.slice(Math.max(word.done, word.start - 60), word.start);
  const start = word.start - /[\w.-]*$/.exec(before)![0].length;
  const nameEnd = endOf(restOfName, line, word.end) ?? word.end;
  const name = line.slice(start, nameEnd);
  if (isAboutSecret(name)) return undefined;
  if (line[nameEnd] === '>' && /[<:]/.test(line[start - 1] ?? '')) return elementAt(line, nameEnd + 1);
  const isPair = pairName.test(line.slice(Math.max(word.done, start - 40), nameEnd));
  const assigned = (isPair ? endOf(pairSeparator, line, nameEnd) : undefined) ?? endOf(separator, line, nameEnd);
  const from = assigned ?? looselyAssigned(line, start, nameEnd);
  if (from === undefined || endOf(harmless, line, from) !== undefined) return undefined;
  const quoted = quotedAt(line, from);
  if (quoted) return quoted;
  if (/^pass$/i.test(name) && !isOneWord(line, from)) return undefined;
  return {
    from,
    to: unquotedEnd(line, { from, start, name, isFlag: assigned === undefined, isInString: word.isInString }, reach),
    shown: shownFor(line, start, nameEnd),
  };
}

/** `PASS: TestOrders (0.01s)` and `pass: no such store` are of programs; a password by that name is all of its line. */
function isOneWord(line: string, from: number): boolean {
  return endOf(/\S+\s*$/y, line, from) !== undefined || line[from - 1] === '=';
}

/** Where a value begins that stands behind its name without a sign of equality. */
function looselyAssigned(line: string, start: number, nameEnd: number): number | undefined {
  if (line[start] === '-') return endOf(flagSeparator, line, nameEnd);
  const isNetrc = /\blogin\s+\S{1,64}\s+$/.test(line.slice(Math.max(0, start - 80), start));
  return isNetrc ? endOf(/\s+/y, line, nameEnd) : endOf(sqlSeparator, line, nameEnd);
}

function elementAt(line: string, from: number): FoundValue | undefined {
  const end = line.indexOf('<', from);
  const to = end < 0 ? line.length : end;
  return to === from || line.startsWith(mask, from) ? undefined : { from, to, shown: mask };
}

/** A value in quotes, which stay: all up to the same quotes, with as many backslashes; without them the rest of the line. */
function quotedAt(line: string, from: number): FoundValue | undefined {
  const opening = /\\*["'`]/y;
  opening.lastIndex = from;
  const quote = opening.exec(line)?.[0];
  if (quote === undefined) return undefined;
  const inside = from + quote.length;
  const sign = quote.at(-1)!;
  for (let at = line.indexOf(sign, inside); at >= 0; at = line.indexOf(sign, at + 1)) {
    let slashes = 0;
    while (line[at - slashes - 1] === '\\' && at - slashes - 1 >= inside) slashes++;
    // JSON in JSON doubles the backslashes of a backslash, and adds one to each quote's.
    const own = quote.length - 1;
    if (slashes % (2 * quote.length) === own) return { from: inside, to: at - own, shown: mask };
  }
  return { from: inside, to: line.length, shown: mask };
}

/** In JSON a value that was a number becomes a text. */
function shownFor(line: string, start: number, nameEnd: number): string {
  return line[start - 1] === '"' && line[start - 2] !== '\\' && line[nameEnd] === '"' ? `"${mask}"` : mask;
}

function unquotedEnd(
  line: string,
  {
    from,
    start,
    name,
    isFlag,
    isInString,
  }: { from: number; start: number; name: string; isFlag: boolean; isInString: boolean },
  reach: ValueReach,
): number {
  const quoteBefore = isInString ? '"' : line.slice(Math.max(0, start - 12), start).match(/["'](?=[^"']*$)/)?.[0];
  if (/authorization|cookie/i.test(name)) return endOrQuote(line, from, quoteBefore);
  const isBeginning = start < 60 && atBeginning.test(line.slice(0, start));
  const isVariable = /^[A-Z][A-Z0-9_]*$/.test(name) && line[from - 1] === '=';
  if (reach === 'line') return line.length;
  const inJson = line[start - 1] === '"';
  const inConnectionString = /;\s?$/.test(line.slice(Math.max(0, start - 2), start));
  if (!isFlag && !inJson && (isBeginning || isVariable || inConnectionString))
    return restOfValue(line, from, quoteBefore);
  const text = /[^\s"'`]*/y;
  text.lastIndex = from;
  const word = inJson ? /^[^,}\]]*/.exec(text.exec(line)![0])![0] : text.exec(line)![0];
  const next = /[;,]\s?[\w .-]{1,40}[=:]/.exec(word + line.slice(from + word.length, from + word.length + 2));
  const query = /[?&]/.test(line[start - 1] ?? '') ? word.indexOf('&') : -1;
  const ends = [word.length, next?.index ?? -1, query].filter((each) => each >= 0);
  const kept = word.slice(0, Math.min(...ends));
  const trimmed = kept.replace(/[,;)}\]\\]{1,4}$/, '');
  return from + (trimmed === '' ? kept : trimmed).length;
}

/** The end of a value that may have blanks: that of the line, or where another assignment begins. */
function restOfValue(line: string, from: number, quote: string | undefined): number {
  const next = /[;,]?[ \t][\w.-]{1,60}=|;/g;
  next.lastIndex = from;
  const end = next.exec(line)?.index ?? line.length;
  return Math.min(end, endOrQuote(line, from, quote));
}

function endOrQuote(line: string, from: number, quote: string | undefined): number {
  const at = quote === undefined ? -1 : line.indexOf(quote, from);
  let end = at < 0 ? line.length : at;
  // What escapes the quote is a part of it.
  while (at >= 0 && end > from && line[end - 1] === '\\') end--;
  return end;
}

function endOf(sticky: RegExp, line: string, at: number): number | undefined {
  sticky.lastIndex = at;
  return sticky.test(line) ? sticky.lastIndex : undefined;
}

/** A policy whose expressions are masked, or where the one begins that does not end. */
export type MaskedPolicy = { readonly text: string } | { readonly endlessAt: number };

/**
 * Puts letters in the place of a policy's expressions, so that the rest can be read as XML: `@(a < b)` and `@{ … }` are C#,
 * with all the signs that XML does not allow. Lines and columns stay.
 */
export function maskExpressions(policy: string): MaskedPolicy {
  let text = '';
  let at = 0;
  while (at < policy.length) {
    const aside = ['<!--', '<![CDATA['].find((mark) => policy.startsWith(mark, at));
    let end = at + 1;
    if (aside !== undefined) {
      const close = aside === '<!--' ? '-->' : ']]>';
      const closed = policy.indexOf(close, at + aside.length);
      // XML's parser says so.
      end = closed < 0 ? policy.length : closed + close.length;
      text += policy.slice(at, end);
    } else if (policy[at] === '@' && /[({]/.test(policy[at + 1] ?? '')) {
      const closed = endOfCode(policy, at + 1);
      if (closed === undefined) return { endlessAt: at };
      end = closed;
      text += policy.slice(at, end).replaceAll(/[^\r\n]/g, 'x');
    } else text += policy[at];
    at = end;
  }
  return { text };
}

const closing: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

/** Returns where the code in brackets ends that begins at one, or undefined when it does not. */
function endOfCode(text: string, from: number): number | undefined {
  const open: string[] = [];
  for (let at = from; at < text.length;) {
    const skipped = endOfLiteral(text, at);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    const sign = text[at]!;
    at++;
    if (Object.hasOwn(closing, sign)) open.push(closing[sign]!);
    else if (/[)}\]]/.test(sign)) {
      if (open.pop() !== sign) return undefined;
      if (open.length === 0) return at;
    }
  }
  return undefined;
}

const literals = [
  // Verbatim, with and without values in it: only a doubled quote does not end it. What never ends goes to the text's end.
  /(?:@\$|\$@|@)"(?:[^"]|"")*(?:"|$)/y,
  /"(?:[^"\\\r\n]|\\.)*"/y,
  /'(?:[^'\\\r\n]|\\.)+'/y,
  /\/\/[^\r\n]*/y,
  /\/\*[^]*?(?:\*\/|$)/y,
];

/** Returns the end of a text, a character or a comment of C# that begins here, or undefined when none does. */
function endOfLiteral(text: string, at: number): number | undefined {
  for (const literal of literals) {
    literal.lastIndex = at;
    const [found] = literal.exec(text) ?? [];
    if (found !== undefined) return at + found.length;
  }
  return undefined;
}

import { maskAddresses } from './addresses.ts';
import { maskAssignments, type ValueReach } from './assignments.ts';
import { mask } from './mask.ts';
import { tokenExpression } from './token-formats.ts';

/** `Authorization: Bearer …` and the like, wherever it stands. What follows the words of a challenge is none. */
const scheme =
  /\b((?:Bearer|Basic|Negotiate|Digest|AWS4-HMAC-SHA256|SharedAccessSignature|ApiKey)[ \t]+)(?!(?:realm|charset|error|scope|auth(?:entication|orization)?|token|tokens|scheme|challenge|username|credentials|access|support|header|constraint|usage|settings)\b)(?=[a-z]{0,40}[^a-z\s]|[a-z]{16})[\w.~+/=%&;-]{6,}/gi;
/** `curl -u user:password`, `docker login -u me -p password`. */
const userOption = /((?:\s|^)(?:-u|--user)[ =]?["']?(?!\d{1,6}:\d)[^\s:"'/]{1,64}:)(?![\s/*$])[^\s"'\\]{1,256}/g;
const loginOption = /(\blogin\b[^\n]{0,120}?\s-p[ =]?["']?)(?![\s*$-])[^\s"'\\]{1,256}/g;
const privateKey = /(-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----)/;
const keyEnd = /-----END[ A-Z0-9_-]{0,100}-----/;
/** A line of a private key by itself; digests are of one case, and of another length. */
const keyLine = /^[ \t>|]{0,40}(?=\S{0,90}[a-z])(?=\S{0,90}[A-Z])(?=\S{0,90}[0-9+/])[A-Za-z0-9+/]{60,76}[ \t]{0,40}$/;
const base64Word = /[A-Za-z0-9+/_-]{20,}={0,2}/g;
/** Characters of a word that is looked into. */
const longestWord = 100_000;

/** Returns one line without what is a secret by its form. Time is linear in its length. */
export function maskLine(line: string, reach: ValueReach): string {
  if (keyLine.test(line)) return mask;
  return maskPlain(maskBase64(line, reach), reach);
}

function maskPlain(line: string, reach: ValueReach): string {
  const formats = maskAddresses(maskKeys(line))
    .replace(tokenExpression, mask)
    .replace(scheme, `$1${mask}`)
    .replace(userOption, `$1${mask}`)
    .replace(loginOption, `$1${mask}`);
  return maskAssignments(formats, reach);
}

/** Masks private keys whose lines are one here, as JSON writes them. One that does not end here is `LineScrubber`'s part. */
function maskKeys(line: string): string {
  let rest = line;
  let masked = '';
  for (let begin = privateKey.exec(rest); begin; begin = privateKey.exec(rest)) {
    masked += rest.slice(0, begin.index) + mask;
    const body = rest.slice(begin.index + begin[0].length);
    const end = keyEnd.exec(body);
    rest = end ? body.slice(end.index + end[0].length) : '';
  }
  return masked + rest;
}

/** Masks words in base64 that hold a secret. */
function maskBase64(line: string, reach: ValueReach): string {
  return line.replace(base64Word, (word) => {
    const bytes = Buffer.from(word.slice(0, longestWord), 'base64');
    const text = bytes.toString('latin1');

    if (/[^\t\n\r\x20-\x7e]/.test(text)) return word;
    return text.split('\n').some((each) => maskPlain(each, reach) !== each) ? mask : word;
  });
}

/** Reports whether a private key begins in a line, and does not end there. */
export function beginsKey(line: string): boolean {
  const begin = line.lastIndexOf('-----BEGIN');
  const rest = begin < 0 ? '' : line.slice(begin);
  return privateKey.test(rest) && !keyEnd.test(rest);
}

/** Reports whether a key ends in a line, in which none begins. */
export function endsKey(line: string): boolean {
  return keyEnd.test(line) && !line.includes('-----BEGIN') && /PRIVATE KEY/.test(line);
}

import { mask } from './mask.ts';
import { isAboutSecret, isSecretName } from './secret-names.ts';

/** Characters that a value must have: shorter ones stand in too much that is none. */
const shortest = 6;
/** Characters of a value of one kind of characters (`postgres`): words are in all texts. */
const shortestWord = 12;
/** Characters of a line of a value of several lines. */
const shortestLine = 16;
/** Values that are remembered: a process that lives long gets new tokens, and the old ones have expired. */
const mostValues = 500;

/** Values that are known to be secret: they are masked wherever they stand, also in base64, in addresses and in JSON. */
export class KnownSecrets {
  private readonly forms = new Map<string, readonly string[]>();
  private all: readonly string[] = [];

  /** Remembers a value. One that is too short to be told from other words is not taken. */
  add(value: string | undefined): void {
    if (value === undefined) return;
    const lines = value.includes('\n')
      ? value.split(/\r?\n/).filter((line) => line.trim().length >= shortestLine)
      : [value];
    for (const line of lines.map((each) => each.trim())) {
      if (!isTelling(line) || this.forms.has(line)) continue;
      this.forms.set(line, formsOf(line));
      const [oldest] = this.forms.keys();
      if (this.forms.size > mostValues && oldest !== undefined) this.forms.delete(oldest);
    }
    this.all = [...new Set([...this.forms.values()].flat())].sort((a, b) => b.length - a.length);
  }

  /** Remembers the variables whose names say that they are secret, and logins in addresses of others. */
  addVariables(env: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value = ''] of Object.entries(env)) {
      const isKey = /(?:^|_)(?:KEY|AUTH|KUBECONFIG_TEXT|VSS_NUGET_EXTERNAL_FEED_ENDPOINTS)$/i.test(name);
      if ((isSecretName(name) || isKey) && !isAboutSecret(name)) this.add(value);
      // A proxy may be written without what it is spoken to by: `me:secret@proxy:3128`.
      const isBare = /_proxy$/i.test(name) && !value.includes('://');
      this.addAddress(isBare ? `http://${value}` : value);
    }
  }

  /** Remembers the password of an address, if the text is one and has one; a web address's user without it is a token. */
  addAddress(text: string): void {
    if (!URL.canParse(text)) return;
    const { protocol, username, password } = new URL(text);
    const secret = password === '' && /^https?:$/.test(protocol) ? username : password;
    if (secret === '') return;
    this.add(secret);
    try {
      this.add(decodeURIComponent(secret));
    } catch {
      // It holds a `%` that encodes nothing.
    }
  }

  /** Returns a text in which they are masked. */
  maskIn(text: string): string {
    let masked = text;
    for (const form of this.all) if (masked.includes(form)) masked = masked.replaceAll(form, mask);
    return masked;
  }
}

/** The secrets of this process. There is one set for all of it: what prints a text does not know where it has been. */
export const knownSecrets = new KnownSecrets();

function isTelling(value: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length;
  // Places of files, and addresses without a login, are no secrets whatever their variable is called.
  if (/^(?:\.{0,2}\/[\w./-]*|https?:\/\/[^@\s]*|\d{1,8})$/.test(value)) return false;
  return value.length >= (kinds > 1 ? shortest : shortestWord);
}

/** Returns how a value is written elsewhere. */
function formsOf(value: string): string[] {
  const encoded = encodeURIComponent(value);
  const bytes = Buffer.from(value);
  return [
    value,
    encoded,
    encoded.replaceAll('%20', '+'),
    encoded.replaceAll(/%../g, (code) => code.toLowerCase()),
    JSON.stringify(value).slice(1, -1),
    JSON.stringify(JSON.stringify(value)).slice(3, -3),
    bytes.toString('hex'),
    ...[0, 1, 2].flatMap((before) => base64Within(bytes, before)),
  ].filter((form) => form.length >= shortest);
}

/** Returns the characters that a value gives in base64 whatever stands behind it. @param before bytes that stand before it. */
function base64Within(bytes: Buffer, before: number): string[] {
  const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor((shifted.length * 8) / 6);
  const text = shifted.toString('base64').slice(first, last);
  const address = text.replaceAll('+', '-').replaceAll('/', '_');
  return text.length < 8 ? [] : [text, address];
}

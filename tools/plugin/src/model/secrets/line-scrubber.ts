import type { ValueReach } from './assignments.ts';
import { knownSecrets, type KnownSecrets } from './known-secrets.ts';
import { beginsKey, endsKey, maskLine } from './mask-line.ts';
import { mask } from './mask.ts';
import { isAboutSecret, isSecretName } from './secret-names.ts';

/** Lines of a private key at most: one of 16384 bits has 200. */
const longestKey = 220;
/** `password: |`, and all that is set in more deeply below it. */
const blockOfSecret =
  /^(?<indent>[ \t]*)(?:- )?["']?(?<name>[\w.-]{1,100})["']?[ \t]*[:=][ \t]*(?:[|>][+-]?\d?)?[ \t]*$/;
/** `- name: DB_PASSWORD`, and the value in the next line. */
const nameOfPair = /^[ \t]*(?:- )?["']?(?:name|key)["']?[ \t]*:[ \t]*["']?(?<name>[\w.-]{1,100})["']?,?[ \t]*$/i;
const valueOfPair = /^(?<before>[ \t]*["']?value["']?[ \t]*:[ \t]*)(?<value>\S.*?)(?<comma>,?)$/i;

/**
 * Takes secrets out of lines that arrive one by one: of one stream, in their order, because keys and values go over lines.
 * Whatever cuts a stream into lines hands on whole ones.
 */
export class LineScrubber {
  private readonly reach: ValueReach;
  private readonly known: Pick<KnownSecrets, 'maskIn'>;
  private keyLines = 0;
  private block: number | undefined;
  private isValueNext = false;

  constructor(reach: ValueReach = 'word', known: Pick<KnownSecrets, 'maskIn'> = knownSecrets) {
    this.reach = reach;
    this.known = known;
  }

  /** Returns the next line as it may be shown. */
  next(line: string): string {
    if (this.keyLines > 0) {
      const masked = this.inKey(line);
      if (masked !== undefined) return masked;
    }
    const text = this.inBlock(line) ?? this.inPair(line) ?? this.masked(line);
    if (beginsKey(line)) this.keyLines = this.reach === 'line' ? Infinity : longestKey;
    return text;
  }

  /** Masks until nothing changes: one secret may have hidden the beginning of another. */
  private masked(line: string): string {
    let before = this.known.maskIn(line);
    for (let round = 0; round < 4; round++) {
      const after = maskLine(before, this.reach);
      if (after === before) break;
      before = after;
    }
    return before;
  }

  /** A line while a key has begun: its own are masked, another thread's between them are shown. */
  private inKey(line: string): string | undefined {
    this.keyLines--;
    const end = /-----END[ A-Z0-9_-]{0,100}-----/.exec(line);
    if (end) {
      this.keyLines = 0;
      return mask + this.masked(line.slice(end.index + end[0].length));
    }
    return this.reach === 'line' || isPartOfKey(line) ? mask : undefined;
  }

  private inBlock(line: string): string | undefined {
    const indent = /^[ \t]*/.exec(line)![0].length;
    if (this.block !== undefined && line.trim() !== '') {
      if (indent > this.block && !/^[ \t]*(?:-\s+)?["']?[\w.-]{1,100}["']?[ \t]*:(?:[ \t]|$)/.test(line))
        return `${line.slice(0, indent)}${mask}`;
      this.block = undefined;
    }
    const name = blockOfSecret.exec(line)?.groups?.['name'];
    if (name !== undefined && isSecretName(name) && !isAboutSecret(name)) this.block = indent;
    return undefined;
  }

  private inPair(line: string): string | undefined {
    const isValue = this.isValueNext;
    const name = nameOfPair.exec(line)?.groups?.['name'];
    this.isValueNext = name !== undefined && isSecretName(name) && !isAboutSecret(name);
    const { before, value = '', comma } = (isValue ? valueOfPair.exec(line)?.groups : undefined) ?? {};
    if (before === undefined) return undefined;
    const quote = /^["']/.exec(value)?.[0] ?? '';
    return `${before}${quote}${mask}${quote}${comma ?? ''}`;
  }
}

/** Reports whether a line may be one of a key: base64 behind whatever a logger puts before it, a header, or nothing. */
function isPartOfKey(line: string): boolean {
  const words = line.trim().split(/\s+/);
  if (words.length <= 1) return true;
  return /^[A-Za-z0-9+/=]{24,}$/.test(words.at(-1)!) || /(?:Proc-Type|DEK-Info|Version|Comment):/.test(line);
}

/**
 * Takes secrets out of lines that are there together. The end of a key without its beginning, which was before the first
 * line, tells that what stands before it is a key.
 */
export function scrubLines(lines: readonly string[], reach: ValueReach = 'word'): string[] {
  const scrubber = new LineScrubber(reach);
  const scrubbed = lines.map((line) => scrubber.next(line));
  const end = lines.findIndex((line) => endsKey(line));
  const begin = lines.findIndex((line) => beginsKey(line));
  if (end < 0 || (begin >= 0 && begin < end)) return scrubbed;
  return scrubbed.map((line, index) => (index <= end && (index === end || isPartOfKey(lines[index]!)) ? mask : line));
}

/** Returns a text without the secrets in it: all that is printed, recorded or told goes through here. */
export function scrub(text: string): string {
  return text.includes('\n') ? scrubLines(text.split('\n')).join('\n') : new LineScrubber().next(text);
}

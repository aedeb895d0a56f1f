import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { DescriptionRule } from './description-rules.ts';

/** Where something stands in a service's files. */
export interface Place {
  /** Path relative to the workspace's root. */
  readonly file: string;
  /** The keys that lead there from the file's top. */
  readonly keys: readonly string[];
}

/** Something that is wrong with a description, as a sentence. */
export interface Problem {
  readonly at: Place;
  readonly rule: DescriptionRule;
  readonly text: string;
  /** Where the keys do not lead there: what is no YAML has none. From 1. */
  readonly line?: number;
}

/** A line and a column of a text, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds where in a text is what keys lead to, or the last of them that it has. */
export class Lines {
  private readonly counter = new LineCounter();
  private readonly contents: unknown;

  constructor(text: string) {
    const options = { lineCounter: this.counter, prettyErrors: false, logLevel: 'error' } as const;
    this.contents = parseDocument(text, options).contents;
  }

  at(keys: readonly string[]): Position {
    let at = this.contents;
    let offset = 0;
    for (const key of keys) {
      if (isMap(at)) {
        const pair = at.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
        offset = (isScalar(pair?.key) ? pair.key.range?.[0] : undefined) ?? offset;
        at = pair?.value;
      } else if (isSeq(at)) {
        const item = at.items[Number(key)];
        offset = (isNode(item) ? item.range?.[0] : undefined) ?? offset;
        at = item;
      } else break;
    }
    const { line, col } = this.counter.linePos(offset);
    return { line: line || 1, column: col || 1 };
  }
}

/** Returns the key of a place among others. */
export function placeId({ file, keys }: Place): string {
  return `${file}#${keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`;
}

import { isMap, isScalar, LineCounter, parseDocument, type Pair, type YAMLMap } from 'yaml';
import { closestName, didYouMean } from '../../text/did-you-mean.ts';
import { firstSentence } from '../../text/sentence.ts';

/** A text in a file, with the place that mistakes in it are told by. */
export interface SettingText {
  readonly text: string;
  readonly at: string;
}

/** A map of texts in a file: a product, a named value. */
export interface SettingsGroup {
  readonly name: string;
  readonly at: string;
  readonly settings: ReadonlyMap<string, SettingText>;
}

/** `${NAME}`, or `$${NAME}` which stands for the text `${NAME}`: as in manifests. */
const reference = /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** How a file of settings is read. */
export interface SettingsRules {
  readonly keys: readonly string[];
  /** Values of `${NAME}` in texts. */
  readonly variables: Readonly<Record<string, string>>;
  /** Called with each mistake: `file:line: sentence`. */
  readonly complain: (mistake: string) => void;
}

/** A YAML file of settings: of one thing, or of several by their names. */
export class SettingsFile {
  private readonly path: string;
  private readonly rules: SettingsRules;
  private readonly lines = new LineCounter();
  private readonly contents: unknown;

  constructor(path: string, text: string, rules: SettingsRules) {
    this.path = path;
    this.rules = rules;
    const document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false, logLevel: 'error' });
    for (const { pos, message } of document.errors)
      rules.complain(`${this.at(pos[0])}: this is not YAML: ${firstSentence(message)}`);
    this.contents = document.errors.length > 0 ? undefined : (document.contents ?? undefined);
  }

  /** The things of a file that has several. */
  groups(): SettingsGroup[] {
    return this.pairsOf(this.contents, 'the file').flatMap(([name, pair, offset]) => {
      const group = this.group(name, pair.value, offset);
      return group ? [group] : [];
    });
  }

  /** The thing of a file that has one. */
  single(name: string): SettingsGroup | undefined {
    return this.group(name, this.contents, 0);
  }

  private group(name: string, value: unknown, offset: number): SettingsGroup | undefined {
    if (value === undefined) return undefined;
    const { keys, complain } = this.rules;
    const settings = new Map<string, SettingText>();
    for (const [key, { value: given }, keyOffset] of this.pairsOf(value, `"${name}"`, offset)) {
      const at = this.at(keyOffset);
      if (!keys.includes(key))
        complain(`${at}: there is no key "${key}". ${didYouMean(key, keys) || `The keys are ${keys.join(', ')}.`}`);
      else if (!isScalar(given) || given.value === null) complain(`${at}: ${key} must be a text.`);
      else settings.set(key, { text: this.filledIn(asText(given.value, given.source), at), at });
    }
    return { name, at: this.at(offset), settings };
  }

  private pairsOf(value: unknown, what: string, offset = 0): [string, Pair, number][] {
    if (value === undefined) return [];
    if (!isMap(value)) {
      this.rules.complain(`${this.at(offset)}: ${what} must be a map of keys and values.`);
      return [];
    }
    return (value as YAMLMap).items.flatMap((pair): [string, Pair, number][] => {
      const { key } = pair;
      return isScalar(key) ? [[key.source ?? String(key.value), pair, key.range?.[0] ?? offset]] : [];
    });
  }

  private filledIn(text: string, at: string): string {
    const { variables, complain } = this.rules;
    return text.replace(reference, (whole, escape: string, name: string) => {
      if (escape !== '') return whole.slice(1);
      if (Object.hasOwn(variables, name)) return variables[name]!;
      const near = closestName(name, Object.keys(variables));
      const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
      complain(`${at}: \${${name}} has no value in the environment's file.${meant}`);
      return whole;
    });
  }

  private at(offset: number): string {
    return `${this.path}:${this.lines.linePos(offset).line || 1}`;
  }
}

/** `010` and `1.10` are texts: what was written is kept, not the number that it denotes. */
function asText(value: unknown, source: string | undefined): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}

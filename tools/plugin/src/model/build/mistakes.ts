/** Keeps what is wrong in a block, each with the key that it is about. */
export class Mistakes {
  /** Sentences with the key in them: `At build.args.TAG, expected a text.` */
  readonly found: string[];
  private readonly at: string;

  constructor(at: string, found: string[] = []) {
    this.at = at;
    this.found = found;
  }

  /** The same for a key of what is read. */
  within(key: string): Mistakes {
    return new Mistakes(`${this.at}.${key}`, this.found);
  }

  /** @param mistake a sentence that begins in lower case. @returns nothing, for a reader to return. */
  tell(mistake: string): undefined {
    // With a colon behind it, a key `secrets.token` would have what is said of it masked.
    this.found.push(`At ${this.at}, ${mistake}`);
  }
}

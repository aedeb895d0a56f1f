/** Variables of a job: found whatever their case, and seen by its steps. */
export class Variables {
  private readonly entries = new Map<
    string,
    { readonly name: string; readonly value: string; readonly isSecret: boolean }
  >();

  constructor(values: Readonly<Record<string, string>> = {}, secrets: Readonly<Record<string, string>> = {}) {
    for (const [name, value] of Object.entries(values)) this.set(name, value);
    for (const [name, value] of Object.entries(secrets)) this.set(name, value, true);
  }

  set(name: string, value: string, isSecret = false): void {
    this.entries.set(name.toLowerCase(), { name, value: this.expand(value), isSecret });
  }

  /** Replaces `$(name)`; what is no variable stays as it is, as the agent leaves it. */
  expand(text: string): string {
    return text.replace(
      /\$\(([\w.-]+)\)/g,
      (macro, name: string) => this.entries.get(name.toLowerCase())?.value ?? macro,
    );
  }

  /** As expressions see them. */
  values(): Record<string, string> {
    return Object.fromEntries([...this.entries.values()].map(({ name, value }) => [name, value]));
  }

  /** As processes see them: no secret is among them. */
  environment(): Record<string, string> {
    const open = [...this.entries.values()].filter(({ isSecret }) => !isSecret);
    return Object.fromEntries(open.map(({ name, value }) => [name.replace(/[. ]/g, '_').toUpperCase(), value]));
  }

  /** The text with stars for secrets. */
  mask(text: string): string {
    const secrets = [...this.entries.values()].filter(({ isSecret, value }) => isSecret && value !== '');
    return secrets.reduce((masked, { value }) => masked.replaceAll(value, '***'), text);
  }
}

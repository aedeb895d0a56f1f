/** What some reader of YAML takes for something else than a text. */
const otherThanText = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** A text as a scalar of YAML, in quotes where it needs them. */
export function yamlScalar(text: string): string {
  if (/^[a-z]([a-z0-9 /_-]*[a-z0-9])?$/i.test(text) && !otherThanText.test(text)) return text;
  // What cannot stand in a line of its own is escaped as in JSON, which is YAML.
  return /[\p{Cc}\u2028\u2029]/u.test(text) ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`;
}

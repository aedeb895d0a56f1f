import { parse } from 'yaml';
import { code, page, table } from './page.ts';
import { keysOf, typeName, type ObjectSchema } from './schema.ts';

/**
 * Returns the page of an environment's file.
 * @param example a file with every key, from which the example of each is taken.
 */
export function environmentFilePage(schema: ObjectSchema, example: string): string {
  const file = parse(example) as unknown;
  const rows = keysOf(schema).map(({ path, schema: key, isRequired }) => [
    `\`${path}\`${isRequired ? ' (required)' : ''}`,
    typeName(key),
    key.description ?? '',
    code(key.default),
    exampleOf(path, file),
  ]);
  return page("An environment's file", '`environment.schema.json`', [
    'One file for each environment, `Infrastructure/environments/<name>.yaml`; `nx g @poc/plugin:environment` writes it. Editors check it by the schema that its first line names. What each key is for, with the reasons: [environments](../environments.md). *Required* is a key within the map that it stands in.',
    '',
    ...table(['key', 'type', 'meaning', 'default', 'example'], rows),
    '',
    '## A file with every key',
    '',
    'No environment needs all of them.',
    '',
    '```yaml',
    example.trimEnd(),
    '```',
  ]);
}

/** Returns the example of a key; none for a map whose keys have examples of their own. */
function exampleOf(path: string, file: unknown): string {
  const value = valueAt(path, file);
  if (value === undefined) throw new Error(`The example of an environment has no ${path}.`);
  const hasKeys = (each: unknown) => typeof each === 'object' && each !== null && !Array.isArray(each);
  if (hasKeys(value) && path !== 'variables') return '';
  return Array.isArray(value) && value.some(hasKeys) ? '' : code(value);
}

function valueAt(path: string, file: unknown): unknown {
  return path.split('.').reduce<unknown>((value, part) => {
    const name = part.replace('[]', '');
    const found = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
    return part.endsWith('[]') && Array.isArray(found) ? (found[0] as unknown) : found;
  }, file);
}

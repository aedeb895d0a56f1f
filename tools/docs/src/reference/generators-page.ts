import { pluginPackage } from '../../../plugin/src/model/product/wire-names.ts';
import { code, page, table } from './page.ts';
import type { ObjectSchema, Schema } from './schema.ts';

/** generators.json. */
export interface GeneratorsFile {
  readonly generators: Readonly<Record<string, { readonly schema: string; readonly hidden?: boolean }>>;
}

/** The schema.json of a generator. */
export type GeneratorSchema = ObjectSchema & {
  readonly examples?: readonly { readonly command: string; readonly description: string }[];
};

/** Returns the page of the generators and their options. */
export function generatorsPage(generators: ReadonlyMap<string, GeneratorSchema>): string {
  const introduction = `A generator changes files of the workspace, and nothing else: run it, look at \`git diff\`, commit. \`nx g ${pluginPackage}:NAME --dry-run\` lists the files and writes none; \`--help\` shows what stands here. What cannot be done is refused before anything is written, with exit code 2.`;
  return page('Generators', '`generators.json` and the generators\u2019 `schema.json`', [
    introduction,
    ...[...generators].flatMap(([name, schema]) => section(name, schema)),
  ]);
}

function section(name: string, { description = '', properties, examples = [] }: GeneratorSchema): string[] {
  const rows = Object.entries(properties).map(([option, schema]) => [
    isPositional(schema) ? code(option.toUpperCase()) : code(`--${option}`),
    typeOf(schema),
    schema.description ?? '',
    code(schema.default),
  ]);
  return [
    '',
    `## \`nx g ${pluginPackage}:${name}\``,
    '',
    description,
    '',
    ...table(['option', 'type', 'meaning', 'default'], rows),
    ...(examples.length === 0
      ? []
      : ['', '```sh', ...examples.map((each) => `${each.command}  # ${each.description}`), '```']),
  ];
}

/** A name may be typed without its option: `nx g …:service shipping`. */
function isPositional(schema: Schema): boolean {
  return '$default' in schema;
}

function typeOf({ type, enum: choices }: Schema): string {
  return choices ? choices.map(code).join(', ') : [type ?? ''].flat().join(', ');
}

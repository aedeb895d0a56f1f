import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentFilePage } from './environment-file-page.ts';
import { exitCodesPage } from './exit-codes-page.ts';
import { generatorsPage, type GeneratorSchema, type GeneratorsFile } from './generators-page.ts';
import { namesPage } from './names-page.ts';
import { pluginOptionsPage } from './plugin-options-page.ts';
import type { ObjectSchema } from './schema.ts';
import { serviceSettingsPage } from './service-settings-page.ts';

/** The folder of the workspace that pages are generated from. */
const root = join(import.meta.dirname, '../../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readJson = <T>(path: string) => JSON.parse(read(path)) as T;

/** Returns the pages of docs/reference that are generated: their paths in the workspace, and their texts. */
export function referencePages(): ReadonlyMap<string, string> {
  const example = read('tools/docs/src/reference/example-environment.yaml');
  return new Map([
    ['docs/reference/generators.md', generatorsPage(generators())],
    [
      'docs/reference/environment-file.md',
      environmentFilePage(readJson<ObjectSchema>('tools/plugin/schemas/environment.schema.json'), example),
    ],
    ['docs/reference/service-settings.md', serviceSettingsPage()],
    ['docs/reference/plugin-options.md', pluginOptionsPage(read('tools/plugin/src/model/workspace/plugin-options.ts'))],
    ['docs/reference/exit-codes.md', exitCodesPage()],
    ['docs/reference/names.md', namesPage(read('tools/plugin/src/model/product/wire-names.ts'))],
  ]);
}

/** Returns the generators that a user calls, with their schemas. */
function generators(): ReadonlyMap<string, GeneratorSchema> {
  const { generators: listed } = readJson<GeneratorsFile>('tools/plugin/generators.json');
  const shown = Object.entries(listed).filter(([, { hidden }]) => hidden !== true);
  return new Map(shown.map(([name, { schema }]) => [name, readJson(join('tools/plugin', schema))]));
}

import ts from 'typescript';
import { defaultOptions } from '../../../plugin/src/model/workspace/plugin-options.ts';
import { code, page, table } from './page.ts';

/** An example of each option. A test reads all of them together. */
export const exampleOptions = {
  infrastructure: 'ops',
  manifests: 'deploy/k8s',
  targetPrefix: 'ship-',
  dependsOn: { release: ['test', 'build'] },
};

/** Returns the page of this plugin's options in nx.json. @param source the text of plugin-options.ts. */
export function pluginOptionsPage(source: string): string {
  const comments = membersOf('PluginOptions', source);
  const values: Readonly<Record<string, unknown>> = { ...defaultOptions };
  const examples: Readonly<Record<string, unknown>> = exampleOptions;
  const rows = Object.keys(values).map((name) => [
    code(name),
    comments.get(name) ?? '',
    code(JSON.stringify(values[name])),
    code(JSON.stringify(examples[name])),
  ]);
  return page('Options of the plugin', '`plugin-options.ts`', [
    'A workspace needs none. They stand in `nx.json`, in the plugin’s entry, and are for the whole workspace; what is particular to one service stands in [its project.json](service-settings.md). Mistakes are refused, all at once (`bad-plugin-options`).',
    '',
    ...table(['option', 'meaning', 'default', 'example'], rows),
    '',
    '```json',
    JSON.stringify({ plugins: [{ plugin: '@poc/plugin', options: exampleOptions }] }, undefined, 2),
    '```',
  ]);
}

/** Returns the doc comments of an interface's members, by name. */
function membersOf(name: string, source: string): ReadonlyMap<string, string> {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const declared = file.statements.filter(ts.isInterfaceDeclaration).find((each) => each.name.text === name);
  const comments = (declared?.members ?? []).map((member) => {
    const [comment] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
    const text = ts.getTextOfJSDocComment(comment?.comment)?.replaceAll(/\s+/g, ' ') ?? '';
    return [member.name?.getText() ?? '', text] as const;
  });
  return new Map(comments);
}

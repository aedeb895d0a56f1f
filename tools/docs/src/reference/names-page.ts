import ts from 'typescript';
import * as wireNames from '../../../plugin/src/model/product/wire-names.ts';
import { code, page, table } from './page.ts';

/** The sections of the page, by what of wire-names.ts stands in each. A test finds what is in none. */
const sections: ReadonlyMap<string, readonly string[]> = new Map([
  ['Labels', ['label', 'devLabel', 'recordOf', 'newestMark', 'logOf', 'provisioningOf']],
  ['Annotations', ['annotation']],
  ['Annotations of records', ['note', 'provisionedVersionNote']],
  ['Labels of images', ['imageLabel']],
  ['Environment variables', ['engineVariable', 'approvalGateVariable', 'actorVariable', 'failedBuildsVariable']],
  [
    'Field managers',
    ['fieldManager', 'replicasManager', 'rousingManager', 'provisioningManager', 'generatedValuesManager'],
  ],
  ['Names of objects', ['objectName', 'managedBy', 'warmUpName', 'userAgent']],
  ['Packages', ['pluginPackage', 'serviceHostPackage']],
]);

/** Names that only the plugin's own processes use among themselves, or that stand for others here. */
const internal: readonly string[] = [
  'actorAnnotations',
  'allVariables',
  'passedVariable',
  'columnsVariable',
  'terminalInputVariable',
  'colorVariable',
  'outcomesVariable',
  'exitCodeVariable',
  'commitAtStartVariable',
];

/** A name on the wire. */
interface WireName {
  readonly value: string;
  readonly meaning: string;
}

/** Returns the page of the names in clusters, images and the environment. @param source the text of wire-names.ts. */
export function namesPage(source: string): string {
  const comments = commentsIn(source);
  const lines = [...sections].flatMap(([title, exported]) => {
    const whole = exported.length === 1 ? (comments.get(exported[0]!) ?? '') : '';
    const names = exported.flatMap((name) => namesOf(name, comments));
    const rows = names.map(({ value, meaning }) => [code(value), meaning]);
    return ['', `## ${title}`, '', ...(whole === '' ? [] : [whole, '']), ...table(['name', 'meaning'], rows)];
  });
  return page('Names in clusters, images and the environment', '`wire-names.ts`', [
    'By these names the tool is known outside: on objects, on images, in the environment of processes. They do not change between versions.',
    ...lines,
  ]);
}

/** Returns the exports of wire-names.ts that are in no section, and those in a section that are not there. */
export function unsortedNames(): string[] {
  const sorted = [...sections.values()].flat().concat(internal);
  const exported = Object.keys(wireNames);
  return [...exported.filter((name) => !sorted.includes(name)), ...sorted.filter((name) => !exported.includes(name))];
}

function namesOf(name: string, comments: ReadonlyMap<string, string>): WireName[] {
  const value = (wireNames as Readonly<Record<string, unknown>>)[name];
  if (typeof value === 'string') return [{ value, meaning: comments.get(name) ?? '' }];
  return Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([key, each]) =>
    typeof each === 'string' ? [{ value: each, meaning: comments.get(`${name}.${key}`) ?? '' }] : [],
  );
}

/** Returns the doc comments of constants, and of the keys of their objects, by `name` and `name.key`. */
function commentsIn(source: string): ReadonlyMap<string, string> {
  const file = ts.createSourceFile('wire-names.ts', source, ts.ScriptTarget.Latest, true);
  const found = new Map<string, string>();
  const keep = (name: string, node: ts.Node) => {
    const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    const text = ts.getTextOfJSDocComment(comment?.comment)?.replaceAll(/\s+/g, ' ');
    if (text) found.set(name, text);
  };
  for (const statement of file.statements.filter(ts.isVariableStatement))
    for (const { name, initializer } of statement.declarationList.declarations) {
      keep(name.getText(), statement);
      const object = initializer && ts.isAsExpression(initializer) ? initializer.expression : initializer;
      if (object && ts.isObjectLiteralExpression(object))
        for (const property of object.properties)
          if (property.name) keep(`${name.getText()}.${property.name.getText()}`, property);
    }
  return found;
}

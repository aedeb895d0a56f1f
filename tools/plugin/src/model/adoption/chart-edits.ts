import type { RenderedAdoption } from './adopt-rendered.ts';
import { patchedFields, type ObjectPatch } from './object-patch.ts';

/**
 * Returns the edits that a chart needs, a line each: `apps/a/chart/templates/deployment.yaml:9: spec.replicas: 2 (value
 * replicaCount, apps/a/chart/values.yaml:3)`. Templates are others' programs: they are not changed here.
 * @param texts of the chart's files, by path. @param folder of the chart.
 */
export function chartEdits(
  texts: ReadonlyMap<string, string>,
  folder: string,
  { patches, added }: Pick<RenderedAdoption, 'patches' | 'added'>,
): readonly string[] {
  const edits = patches.flatMap((each) => editsOf(each, texts, folder));
  const files = [...added].map(([name, text]) => `new file ${folder}/templates/${name}:\n${indented(text)}`);
  return [...edits, ...files];
}

function editsOf(each: ObjectPatch, texts: ReadonlyMap<string, string>, folder: string): string[] {
  const path = each.path.replace(/\(rendered\) /, '');
  const lines = (texts.get(path) ?? '').split('\n');
  return patchedFields(each).map(({ keys, value }) => {
    const at = deepest(lines, keys);
    const place = at === undefined ? path : `${path}:${at + 1}`;
    const reference = at === undefined ? undefined : /\.Values\.([\w.]+)/.exec(lines[at]!)?.[1];
    const said = reference === undefined ? '' : ` (value ${reference}${valuePlace(texts, folder, reference)})`;
    return `${place}: ${keys.join('.')}: ${JSON.stringify(value)}${said}`;
  });
}

/** Returns the line of the innermost key that a template writes. */
function deepest(lines: readonly string[], keys: readonly string[]): number | undefined {
  let at: number | undefined;
  let from = 0;
  for (const key of keys) {
    const found = lines.findIndex((line, index) => index >= from && line.trimStart().startsWith(`${key}:`));
    if (found < 0) continue;
    at = found;
    from = found + 1;
  }
  return at;
}

function valuePlace(texts: ReadonlyMap<string, string>, folder: string, reference: string): string {
  const path = `${folder}/values.yaml`;
  const lines = texts.get(path)?.split('\n');
  const at = lines && deepest(lines, reference.split('.'));
  return at === undefined ? '' : `, ${path}:${at + 1}`;
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `        ${line}`)
    .join('\n');
}

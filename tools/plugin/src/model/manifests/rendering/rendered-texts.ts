/** A line that begins a document of YAML. */
const marker = /^---(?:[ \t].*)?$/;

/** Before the name of a file: its lines are those of what was rendered, not those of the file. */
const mark = '(rendered)';

/**
 * Returns what a renderer wrote as texts by path, so that it is read like files: `apps/orders/chart/(rendered)
 * templates/service.yaml`. Of a chart, each template's objects are by themselves.
 * @param otherwise name of what no template is told of. @param folder of the chart, or of the kustomization.
 */
export function renderedTexts(output: string, folder: string, otherwise: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const document of documentsOf(output)) {
    // helm writes it as `# Source: name/templates/x.yaml`, of a chart inside with its way in.
    const [, source] = /^# Source: [^/\n]+\/([\w./ @-]+)$/m.exec(document.slice(0, 1000)) ?? [];
    const name = (source ?? otherwise).replace(/\.(?:ya?ml|json)$/, '');
    const path = `${folder}/${mark} ${name}.yaml`;
    const before = texts.get(path);
    texts.set(path, before === undefined ? document : `${before}\n---\n${document}`);
  }
  return texts;
}

function documentsOf(output: string): string[] {
  const documents: string[][] = [[]];
  for (const line of output.split('\n'))
    if (marker.test(line)) documents.push([]);
    else documents.at(-1)!.push(line);
  return documents.map((lines) => lines.join('\n')).filter((text) => /^\s*[^#\s]/m.test(text));
}

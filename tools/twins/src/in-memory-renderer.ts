import { posix } from 'node:path';
import { parse } from 'yaml';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type {
  HelmChart,
  KustomizeTree,
  ManifestRenderer,
  RenderedFiles,
  RenderedOutput,
} from '../../plugin/src/ports/manifest-renderer.ts';

/**
 * Kustomize and Helm as far as tests of use cases need them: of a kustomization its `resources`, of a template the
 * release's name, its namespace, and values of the first level.
 */
export class InMemoryRenderer implements ManifestRenderer {
  /** False while neither is installed. */
  isInstalled = true;
  /** How often something was rendered. */
  renderings = 0;

  async kustomize({ files, entry, folder }: KustomizeTree): Promise<RenderedOutput> {
    this.begin(folder);
    return { text: resources(files, entry, folder).join('\n---\n'), by: 'kustomize 5.8.2' };
  }

  async helm({ files, values, release, namespace, folder }: HelmChart): Promise<RenderedOutput> {
    this.begin(folder);
    const layers = ['values.yaml', ...values].map((path) => textOf(files, path) ?? '');
    const all = Object.assign({}, ...layers.map((text) => parse(text) as object)) as Record<string, unknown>;
    const name = (parse(textOf(files, 'Chart.yaml') ?? '') as { name: string }).name;
    const documents = [...files.keys()].filter((path) => /^templates\/[^_]/.test(path)).sort();
    const text = documents.map((path) => {
      const filled = textOf(files, path)!.replaceAll(/\{\{ *\.(\w+)\.(\w+) *\}\}/g, (_, of: string, field: string) => {
        if (of === 'Release') return field === 'Name' ? release : namespace;
        return String(all[field] ?? '');
      });
      if (filled.includes('{{')) throw refused(folder, 'helm');
      return `---\n# Source: ${name}/${path}\n${filled}`;
    });
    return { text: text.join('\n'), by: 'helm 4.3.0' };
  }

  private begin(folder: string): void {
    this.renderings++;
    if (this.isInstalled) return;
    throw new Refusal({
      type: 'renderer-missing',
      doing: `render ${folder}`,
      reason: 'It is not installed.',
      remedy: 'Install it.',
    });
  }
}

function resources(files: RenderedFiles, entry: string, folder: string): string[] {
  const text = textOf(files, posix.join(entry, 'kustomization.yaml'));
  if (text === undefined) throw refused(folder, 'kustomize');
  const { resources: named = [] } = (parse(text) ?? {}) as { resources?: string[] };
  return named.flatMap((name) => {
    const path = posix.join(entry, name);
    const found = textOf(files, path);
    return found === undefined ? resources(files, path, folder) : [found];
  });
}

function textOf(files: RenderedFiles, path: string): string | undefined {
  const content = files.get(path);
  return content && Buffer.from(content).toString();
}

function refused(folder: string, name: string): Refusal {
  return new Refusal({
    type: 'render-failed',
    doing: `render ${folder}`,
    reason: `${name} refused it.`,
    remedy: 'Fix it.',
  });
}

import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import { renderedTexts } from '../../plugin/src/model/manifests/rendering/rendered-texts.ts';
import type { ManifestRenderer, RenderedFiles } from '../../plugin/src/ports/manifest-renderer.ts';

/** Files by path, as a repository has them. */
export function filesOf(texts: Readonly<Record<string, string>>): RenderedFiles {
  return new Map(Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)]));
}

const map = (name: string, data: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: ${data}\n`;

const tree = filesOf({
  'base/kustomization.yaml': 'resources: [one.yaml, two.yaml]\n',
  'base/one.yaml': map('one', 'x'),
  'base/two.yaml': map('two', 'y'),
  'overlays/prod/kustomization.yaml': 'resources:\n  - ../../base\n  - three.yaml\n',
  'overlays/prod/three.yaml': map('three', '${HOST}'),
});

const chart = filesOf({
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'values.yaml': 'size: small\nhost: nowhere\n',
  'values-prod.yaml': 'size: large\n',
  'templates/map.yaml': map('{{ .Release.Name }}', '{{ .Values.size }}'),
  'templates/other.yaml': map('in-{{ .Release.Namespace }}', '{{ .Values.host }}'),
});

/** How every renderer behaves. */
export function manifestRendererContract(start: () => Promise<ManifestRenderer>): void {
  const inPlace = { chart: '.', release: 'orders', namespace: 'shop', folder: 'apps/orders/chart' };
  const names = (text: string) => [...text.matchAll(/^ {2}name: (.+)$/gm)].map(([, name]) => name).sort();

  it('builds the kustomization of a folder, with those that it names', async () => {
    const renderer = await start();
    const build = async (entry: string) => renderer.kustomize({ files: tree, entry, folder: 'apps/orders/k8s' });
    expect(names((await build('base')).text)).toEqual(['one', 'two']);
    const overlay = await build('overlays/prod');
    expect(names(overlay.text)).toEqual(['one', 'three', 'two']);
    expect(overlay.text).toContain('a: ${HOST}');
    expect(overlay.by).toMatch(/^kustomize 5\.\d+\.\d+$/);
    expect(await build('overlays/prod')).toEqual(overlay);
  });

  it('fills in a chart with its own values, and others over them', async () => {
    const renderer = await start();
    const render = (values: string[]) => renderer.helm({ files: chart, values, ...inPlace });
    const plain = await render([]);
    expect(plain.by).toMatch(/^helm [34]\.\d+\.\d+$/);
    expect(names(plain.text)).toEqual(['in-shop', 'orders']);
    expect(plain.text).toContain('a: small');
    expect((await render(['values-prod.yaml'])).text).toContain('a: large');
    expect(await render([])).toEqual(plain);
    expect([...renderedTexts(plain.text, 'apps/orders/chart', 'x.yaml').keys()].sort()).toEqual([
      'apps/orders/chart/(rendered) templates/map.yaml',
      'apps/orders/chart/(rendered) templates/other.yaml',
    ]);
  });

  it('refuses what the tool refuses, naming the folder', async () => {
    const renderer = await start();
    const broken = filesOf({
      'Chart.yaml': 'name: web\nversion: 0.1.0\napiVersion: v2\n',
      'templates/a.yaml': 'a: {{ .Values. }}',
    });
    const refusals = await Promise.all([
      renderer
        .kustomize({ files: tree, entry: 'overlays/moon', folder: 'apps/orders/k8s' })
        .catch((error: unknown) => error),
      renderer.helm({ files: broken, values: [], ...inPlace }).catch((error: unknown) => error),
    ]);
    for (const [index, refusal] of refusals.entries()) {
      expect(refusal).toBeInstanceOf(Refusal);
      expect((refusal as Refusal).facts).toMatchObject({
        type: 'render-failed',
        doing: `render apps/orders/${index === 0 ? 'k8s' : 'chart'}`,
      });
    }
  });
}

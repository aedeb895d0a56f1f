import { Refusal } from '../../errors/product-error.ts';
import { refuseForeignReferences } from './kustomization.ts';

const where = { entry: 'overlays/prod', folder: 'apps/orders/k8s', service: 'orders' };
const check = (kustomization: string, files: Record<string, string> = {}) => {
  const all = { 'overlays/prod/kustomization.yaml': kustomization, ...files };
  refuseForeignReferences(new Map(Object.entries(all)), where);
};
const base = { 'base/kustomization.yml': 'resources: [a.yaml]', 'base/a.yaml': '', 'app.properties': '' };

describe('refuseForeignReferences', () => {
  it('takes files and folders that are there, and what is written in place', () => {
    check(
      [
        'resources: [../../base]',
        'components: [../../parts/]',
        'patches: [{ path: p.yaml }, { patch: "- op: x" }]',
        'patchesStrategicMerge: ["kind: A\\nmetadata: {}\\n"]',
        'configMapGenerator: [{ name: a, files: [key=../../app.properties], literals: [a=b] }]',
        'secretGenerator: [{ name: b, envs: [e.env] }]',
      ].join('\n'),
      { ...base, 'parts/kustomization.yaml': 'kind: Component', 'overlays/prod/p.yaml': '', 'overlays/prod/e.env': '' },
    );
  });

  it.each([
    ['resources: [github.com/org/repo//deploy?ref=v1]', 'is fetched from elsewhere'],
    ['resources: ["https://example.com/a.yaml"]', 'is fetched from elsewhere'],
    ['resources: ["git@example.com:org/repo.git"]', 'is fetched from elsewhere'],
    ['bases: [example.org/a]', 'is fetched from elsewhere'],
    ['components: ["git::https://example.com/x"]', 'is fetched from elsewhere'],
    ['openapi: { path: "https://example.com/schema.json" }', 'is fetched from elsewhere'],
    ['resources: [../../../../payments/k8s]', 'lies outside of apps/orders/k8s'],
    ['patches: [{ path: /etc/passwd }]', 'lies outside of apps/orders/k8s'],
    ['resources: [missing.yaml]', 'is not there'],
    ['configMapGenerator: [{ files: [a=README.md] }]', 'is Markdown, which is no content'],
    ['helmCharts: [{ name: x, repo: "https://example.com" }]', 'has Kustomize fetch a chart'],
  ])('refuses %s', (kustomization, why) => {
    expect(() => check(kustomization)).toThrow(Refusal);
    expect(() => check(kustomization)).toThrow(why);
    // Also further down.
    const deep = { 'deep/kustomization.yaml': kustomization };
    expect(() => check('resources: [../../deep]', deep)).toThrow(/deep\/kustomization\.yaml/);
  });

  it('ends where kustomizations name each other, and leaves what is no YAML to Kustomize', () => {
    check('resources: [../../a]', { 'a/kustomization.yaml': 'resources: [../overlays/prod]' });
    check('resources: [');
  });
});

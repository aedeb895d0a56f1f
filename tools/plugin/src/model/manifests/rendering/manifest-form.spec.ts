import { Refusal } from '../../errors/product-error.ts';
import { isManifestFile } from './manifest-files.ts';
import { manifestForm } from './manifest-form.ts';

const question = {
  service: 'orders',
  root: 'apps/orders',
  environment: 'prod',
  environmentNames: ['dev', 'prod', 'prod-eu'],
};
const formOf = (...inService: string[]) =>
  manifestForm(
    inService.map((path) => `apps/orders/${path}`),
    question,
  );
const k8s = 'apps/orders/k8s';
const chart = 'apps/orders/chart';

describe('manifestForm', () => {
  it.each([
    ['nothing at all', [], { kind: 'plain', folder: k8s }],
    ['YAML', ['k8s/a.yaml', 'chart/readme.yaml', 'src/kustomization.yaml'], { kind: 'plain', folder: k8s }],
    ['a kustomization', ['k8s/kustomization.yaml', 'k8s/a.yaml'], { kind: 'kustomize', folder: k8s, entry: '.' }],
    ['one of another name', ['k8s/Kustomization'], { kind: 'kustomize', folder: k8s, entry: '.' }],
    [
      'an overlay',
      ['k8s/base/kustomization.yml', 'k8s/overlays/prod/kustomization.yml'],
      { kind: 'kustomize', folder: k8s, entry: 'overlays/prod' },
    ],
    [
      'an overlay beside the root',
      ['k8s/kustomization.yml', 'k8s/prod/kustomization.yml'],
      { kind: 'kustomize', folder: k8s, entry: 'prod' },
    ],
    [
      'an overlay of another environment',
      ['k8s/base/kustomization.yaml', 'k8s/overlays/dev/kustomization.yaml'],
      { kind: 'kustomize', folder: k8s, entry: 'base' },
    ],
    [
      'a chart',
      ['chart/Chart.yaml', 'chart/values.yaml'],
      { kind: 'helm', folder: chart, values: [], isRemote: false },
    ],
    [
      'a chart in k8s',
      ['k8s/Chart.yaml', 'k8s/templates/a.yaml'],
      { kind: 'helm', folder: k8s, values: [], isRemote: false },
    ],
    [
      'values of the environment',
      ['chart/Chart.yaml', 'chart/values-prod.yaml', 'chart/values-dev.yaml'],
      { kind: 'helm', folder: chart, values: ['values-prod.yaml'], isRemote: false },
    ],
    [
      'values in a folder',
      ['chart/Chart.yaml', 'chart/values/prod.yml'],
      { kind: 'helm', folder: chart, values: ['values/prod.yml'], isRemote: false },
    ],
    [
      'values of nearly the same environment',
      ['chart/Chart.yaml', 'chart/values-prod-eu.yaml'],
      { kind: 'helm', folder: chart, values: [], isRemote: false },
    ],
    [
      'a chart elsewhere',
      ['chart/oci.yaml', 'chart/values.yaml', 'chart/values-prod.yaml'],
      { kind: 'helm', folder: chart, values: ['values.yaml', 'values-prod.yaml'], isRemote: true },
    ],
  ])('finds %s', (_, paths, form) => {
    expect(formOf(...paths)).toEqual(form);
  });

  it.each([
    ['a chart and YAML', ['chart/Chart.yaml', 'k8s/a.yaml'], 'It is not clear which'],
    ['two charts', ['chart/Chart.yaml', 'k8s/Chart.yaml'], 'It is not clear which'],
    ['a chart and its name elsewhere', ['chart/Chart.yaml', 'chart/oci.yaml'], 'It is not clear which'],
    ['a chart and a kustomization', ['k8s/Chart.yaml', 'k8s/kustomization.yaml'], 'has a chart and a kustomization'],
    [
      'two files of values',
      ['chart/Chart.yaml', 'chart/values-prod.yaml', 'chart/values/prod.yaml'],
      'It is not clear which',
    ],
    ['two overlays', ['k8s/prod/kustomization.yaml', 'k8s/overlays/prod/kustomization.yaml'], 'It is not clear which'],
    ['misspelt values', ['chart/Chart.yaml', 'chart/values-production.yaml'], 'for "production"'],
    ['a misspelt overlay', ['k8s/base/kustomization.yaml', 'k8s/overlays/prd/kustomization.yaml'], 'for "prd"'],
    ['overlays of others alone', ['k8s/overlays/dev/kustomization.yaml'], 'none for prod, and none for all'],
  ])('refuses %s', (_, paths, reason) => {
    expect(() => formOf(...paths)).toThrow(Refusal);
    expect(() => formOf(...paths)).toThrow(reason);
  });

  it('reads a service in the root of the workspace', () => {
    expect(manifestForm(['k8s/kustomization.yaml'], { ...question, root: '.' })).toMatchObject({ folder: 'k8s' });
  });
});

describe('isManifestFile', () => {
  it.each([
    'k8s/a.yaml',
    'k8s/base/app.properties',
    'chart/Chart.yaml',
    'chart/charts/x.tgz',
    'chart/templates/_a.tpl',
  ])('takes %s in', (path) => expect(isManifestFile('.', path)).toBe(true));
  it.each(['k8s', 'k8s/README.md', 'chart/notes.MD', 'src/k8s/a.yaml', 'charts/a.yaml'])('leaves %s out', (path) =>
    expect(isManifestFile('.', path)).toBe(false),
  );
});

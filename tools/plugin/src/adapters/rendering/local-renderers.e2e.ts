import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { filesOf, manifestRendererContract } from '../../../../contracts/src/manifest-renderer-contract.ts';
import { buildTool } from '../../../../local-platform/src/platform.ts';
import type { Refusal } from '../../model/errors/product-error.ts';
import type { HelmChart } from '../../ports/manifest-renderer.ts';
import { runProcess } from '../process/run-process.ts';
import { usualLimits } from './bounded-run.ts';
import { LocalRenderers } from './local-renderers.ts';

const helms = ['helm3', 'helm4'] as const;
const paths = new Map<string, string>();
let temp: string;

const pathWith = (...tools: string[]) =>
  [...tools.map((tool) => paths.get(tool)!), process.env['PATH']].join(delimiter);
const renderers = (helm: string, limits = usualLimits) =>
  new LocalRenderers({ ...process.env, PATH: pathWith('kustomize', helm) }, limits);

const chartYaml = 'apiVersion: v2\nname: web\nversion: 0.1.0\n';
const chartOf = (texts: Record<string, string>, more: Partial<HelmChart> = {}): HelmChart => ({
  files: filesOf({ 'Chart.yaml': chartYaml, ...texts }),
  chart: '.',
  values: [],
  release: 'web',
  namespace: 'shop',
  folder: 'apps/web/chart',
  ...more,
});
const refusalOf = async (rendering: Promise<unknown>) => {
  const error = await rendering.then(
    (output) => ({ facts: { type: 'rendered', output } }),
    (refusal: unknown) => refusal,
  );
  return (error as Refusal).facts;
};

/** Reads a folder as a repository would have it. */
function filesIn(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true }) as string[];
  const files = names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
  return new Map(files.map((path) => [relative(folder, path), readFileSync(path)]));
}

beforeAll(async () => {
  for (const tool of [...helms, 'kustomize'] as const) paths.set(tool, await buildTool(tool));
  temp = mkdtempSync(join(tmpdir(), 'poc-renderers-'));
}, 900_000);
afterAll(() => rmSync(temp, { recursive: true, force: true }));

describe.each(helms)('LocalRenderers with kustomize and %s', (helm) => {
  manifestRendererContract(async () => renderers(helm));

  it('renders the chart that helm create makes, twice the same', async () => {
    const made = await runProcess(join(paths.get(helm)!, 'helm'), ['create', 'web'], { cwd: temp });
    expect(made).toMatchObject({ code: 0 });
    const files = filesIn(join(temp, 'web'));
    const one = await renderers(helm).helm(chartOf({}, { files }));
    expect(one.text).toContain('# Source: web/templates/deployment.yaml');
    expect(await renderers(helm).helm(chartOf({}, { files }))).toEqual(one);
    rmSync(join(temp, 'web'), { recursive: true });
  });

  it('reads an archive with values from beside it, and charts inside', async () => {
    const folder = join(temp, `packed-${helm}`);
    mkdirSync(join(folder, 'web/templates'), { recursive: true });
    writeFileSync(join(folder, 'web/Chart.yaml'), chartYaml);
    writeFileSync(join(folder, 'web/templates/a.yaml'), 'kind: A\nmetadata: { name: "{{ .Values.name }}" }\n');
    const packed = await runProcess(join(paths.get(helm)!, 'helm'), ['package', 'web'], { cwd: folder });
    expect(packed).toMatchObject({ code: 0 });
    const archive = readFileSync(join(folder, 'web-0.1.0.tgz'));
    const values = Buffer.from('name: from-values');
    const files = new Map([
      ['chart.tgz', archive],
      ['values.yaml', values],
    ]);
    const alone = await renderers(helm).helm(chartOf({}, { files, chart: 'chart.tgz', values: ['values.yaml'] }));
    expect(alone.text).toContain('"from-values"');
    const parent = filesOf({
      'Chart.yaml': `${chartYaml.replace('web', 'shop')}dependencies: [{ name: web, version: 0.1.0, repository: "" }]\n`,
      'values.yaml': 'web: { name: inside }',
    });
    const inside = new Map([...parent, ['charts/web-0.1.0.tgz', archive]]);
    expect((await renderers(helm).helm(chartOf({}, { files: inside }))).text).toContain('"inside"');
    const missing = await refusalOf(renderers(helm).helm(chartOf({}, { files: parent })));
    expect(missing).toMatchObject({ type: 'render-failed' });
    expect(missing.evidence!.join('\n')).toMatch(/web/);
  });

  it.each([
    ['a loop within memory', '{{ range until 2000000000 }}x{{ end }}'],
    ['a text that grows', '{{ range $i, $e := until 40000000 }}{{ printf "%080d" $i }}{{ end }}'],
    ['templates that call each other', '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}'],
  ])('bounds %s', async (_, template) => {
    const limits = { milliseconds: 20_000, output: 1024 * 1024, memory: 300 * 1024 * 1024 };
    const facts = await refusalOf(renderers(helm, limits).helm(chartOf({ 'templates/a.yaml': template })));
    expect(['render-endless', 'render-failed']).toContain(facts.type);
  });

  it('stops at the output and at the time that it may take', async () => {
    const long = chartOf({ 'templates/a.yaml': `a: {{ repeat 3000000 "x" }}` });
    const { reason } = await refusalOf(renderers(helm, { ...usualLimits, output: 1024 * 1024 }).helm(long));
    expect(reason).toBe('helm was stopped: it wrote more than 1 MiB.');
    const slow = new LocalRenderers({ ...process.env, PATH: pathWith() + delimiter }, usualLimits);
    expect(await refusalOf(slow.helm(long))).toMatchObject({ type: 'renderer-missing' });
  });

  it.each([
    ['a random value', 'password: {{ randAlphaNum 20 }}', 'password'],
    ['a certificate', 'ca: {{ (genCA "x" 1).Cert | b64enc }}', 'ca'],
    ['the time', 'at: {{ now | unixEpoch }}', 'at'],
  ])('refuses %s, and does not show it', async (_, template, field) => {
    const facts = await refusalOf(renderers(helm).helm(chartOf({ 'templates/a.yaml': template })));
    expect(facts).toMatchObject({
      type: 'render-unsteady',
      reason: expect.stringContaining(`at "${field}"`) as string,
    });
    expect(facts.reason).toContain('web/templates/a.yaml');
    expect(facts.evidence).toBeUndefined();
  });

  it('sees neither a cluster, nor variables, nor addresses', async () => {
    const template = [
      'a: {{ lookup "v1" "Namespace" "" "default" | toJson }}',
      'b: {{ getHostByName "localhost" | quote }}',
      'c: {{ .Capabilities.KubeVersion.Version }}',
    ].join('\n');
    const { text } = await renderers(helm).helm(chartOf({ 'templates/a.yaml': template }));
    expect(text).toContain('a: {}');
    expect(text).toContain('b: ""');
    expect(text).toContain('c: v1.34');
    const env = await refusalOf(renderers(helm).helm(chartOf({ 'templates/a.yaml': 'a: {{ env "HOME" }}' })));
    expect(env.type).toBe('render-failed');
  });
});

describe('kustomize', () => {
  it.each([
    'https://127.0.0.1:1/x.yaml',
    'https://github.com/kubernetes-sigs/kustomize//examples/helloWorld?ref=v1.0.6',
    'file:///etc',
  ])('fetches nothing: %s', async (resource) => {
    const files = filesOf({ 'kustomization.yaml': `resources: ["${resource}"]\n` });
    const facts = await refusalOf(renderers('helm4').kustomize({ files, entry: '.', folder: 'apps/web/k8s' }));
    expect(facts.type).toBe('render-failed');
    expect(JSON.stringify(facts)).not.toContain(tmpdir());
  });
});

describe('a renderer that is missing, or of another version', () => {
  const fake = (name: string, version: string) => {
    const folder = mkdtempSync(join(temp, 'fake-'));
    writeFileSync(join(folder, name), `#!/bin/sh\necho '${version}'\n`);
    chmodSync(join(folder, name), 0o755);
    return new LocalRenderers({ PATH: [folder, '/usr/bin', '/bin'].join(delimiter) });
  };
  it.each([
    ['helm', 'v2.17.0+gabc', 'It takes helm 3.14 or newer, below 5, and the one on the PATH is 2.17.0.'],
    ['helm', 'v3.13.9', 'the one on the PATH is 3.13.9'],
    ['helm', 'v5.0.0', 'the one on the PATH is 5.0.0'],
    ['helm', 'what?', 'it does not say its version ("what?")'],
    ['kustomize', 'v4.5.7', 'It takes kustomize 5.0 or newer, below 6, and the one on the PATH is 4.5.7.'],
    ['neither', '', 'it is not on the PATH'],
  ])('is told: %s %s', async (name, version, reason) => {
    const found = fake(name, version);
    const rendering =
      name === 'kustomize' ? found.kustomize({ files: new Map(), entry: '.', folder: 'k8s' }) : found.helm(chartOf({}));
    const facts = await refusalOf(rendering);
    expect(facts.type).toBe('renderer-missing');
    expect(facts.reason).toContain(reason);
    expect(facts.remedy).toMatch(/Install (helm|kustomize) \(https:/);
  });
});

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { buildTool } from '../../../../local-platform/src/platform.ts';
import { withoutHooks } from '../../model/manifests/rendering/helm-hooks.ts';
import { refuseForeignReferences } from '../../model/manifests/rendering/kustomization.ts';
import { manifestForm } from '../../model/manifests/rendering/manifest-form.ts';
import { renderedTexts } from '../../model/manifests/rendering/rendered-texts.ts';
import { parseManifests } from '../../model/manifests/source/parse-manifests.ts';
import type { Refusal } from '../../model/errors/product-error.ts';
import { runProcess } from '../process/run-process.ts';
import { LocalRenderers } from './local-renderers.ts';

/** Charts and trees that nobody here wrote, as Go's modules carry them. */
const modules = {
  externalSecrets: 'github.com/external-secrets/external-secrets@v1.3.2',
  provisioner: 'github.com/rancher/local-path-provisioner@v0.0.30',
  kustomize: 'sigs.k8s.io/kustomize@v2.0.3+incompatible',
  cadvisor: 'github.com/google/cadvisor@v0.52.1',
  gatewayApi: 'sigs.k8s.io/gateway-api@v1.3.0',
} as const;

const folders = new Map<string, string>();
const renderers = new Map<string, LocalRenderers>();

beforeAll(async () => {
  const kustomize = await buildTool('kustomize');
  for (const helm of ['helm3', 'helm4'] as const) {
    const path = [kustomize, await buildTool(helm), process.env['PATH']].join(delimiter);
    renderers.set(helm, new LocalRenderers({ ...process.env, PATH: path }));
  }
  for (const [name, module] of Object.entries(modules)) {
    const result = await runProcess('go', ['mod', 'download', '-json', module], { cwd: tmpdir() });
    if (result.state !== 'ended' || result.code !== 0) throw new Error(`go could not download ${module}`);
    folders.set(name, (JSON.parse(result.stdout.toString()) as { Dir: string }).Dir);
  }
}, 900_000);

/** Reads a folder as a repository would have it, without what is no content. */
function filesIn(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true }) as string[];
  const files = names
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && !path.endsWith('.md'));
  return new Map(files.map((path) => [relative(folder, path), readFileSync(path)]));
}

const question = { service: 'web', root: 'apps/web', environmentNames: ['staging', 'production', 'examples'] };

describe.each(['helm3', 'helm4'])('charts of others, by %s', (helm) => {
  it.each([
    ['externalSecrets', 'deploy/charts/external-secrets', 15],
    ['provisioner', 'deploy/chart/local-path-provisioner', 5],
  ])('renders that of %s, twice the same', async (module, path, atLeast) => {
    const files = new Map([...filesIn(join(folders.get(module)!, path)), ...leftOut]);
    const paths = [...files.keys()].map((each) => `apps/web/chart/${each}`);
    const form = manifestForm(paths, { ...question, environment: 'production' });
    expect(form).toMatchObject({ kind: 'helm', values: [] });
    const chart = { files, chart: '.', values: [], release: 'web', namespace: 'shop', folder: 'apps/web/chart' };
    const { text } = await renderers.get(helm)!.helm(chart);
    expect((await renderers.get(helm)!.helm(chart)).text).toBe(text);
    // They configure a whole cluster, which is what Infrastructure/kubernetes is for.
    const texts = renderedTexts(text, chart.folder, 'templates/unknown.yaml');
    const manifests = parseManifests(withoutSecretData(texts), 'shop', 'cluster');
    const { objects, jobs } = withoutHooks(manifests);
    expect(objects.length).toBeGreaterThanOrEqual(atLeast);
    expect(jobs).toEqual([]);
    expect(factsOf(() => parseManifests(texts, 'shop')).evidence!.join('\n')).toContain('Infrastructure/kubernetes');
  });
});

/** A chart that External Secrets depends on where it is turned on, and that its module does not carry. */
const leftOut: [string, Buffer][] = [
  [
    'charts/bitwarden-sdk-server/Chart.yaml',
    Buffer.from('apiVersion: v2\nname: bitwarden-sdk-server\nversion: v0.5.2\n'),
  ],
];

/** Charts make Secrets, which a service may not. */
function withoutSecretData(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...texts].filter(([, text]) => !/^kind: Secret$/m.test(text)));
}

describe('kustomizations of others', () => {
  it.each([
    ['kustomize', 'examples/multibases', 'dev', 'dev'],
    ['kustomize', 'examples/multibases', 'production', 'production'],
    ['kustomize', 'examples/multibases', 'none', '.'],
    ['kustomize', 'examples/ldap', 'staging', 'overlays/staging'],
    ['kustomize', 'examples/ldap', 'production', 'overlays/production'],
    ['kustomize', 'examples/ldap', 'moon', 'base'],
    ['kustomize', 'examples/wordpress', 'production', '.'],
    ['kustomize', 'examples/helloWorld', 'production', '.'],
    ['cadvisor', 'deploy/kubernetes', 'moon', 'base'],
    ['gatewayApi', 'config/crd', 'production', '.'],
  ])('renders %s, %s for %s', async (module, path, environment, entry) => {
    const files = filesIn(join(folders.get(module)!, path));
    const paths = [...files.keys()].map((each) => `apps/web/k8s/${each}`);
    const form = manifestForm(paths, { ...question, environment });
    expect(form).toEqual({ kind: 'kustomize', folder: 'apps/web/k8s', entry });
    const texts = new Map([...files].map(([each, content]) => [each, content.toString()]));
    refuseForeignReferences(texts, { entry, folder: 'apps/web/k8s', service: 'web' });
    const tree = { files, entry, folder: 'apps/web/k8s' };
    const { text } = await renderers.get('helm4')!.kustomize(tree);
    expect((await renderers.get('helm4')!.kustomize(tree)).text).toBe(text);
    expect(text).toMatch(/^kind: /m);
  });

  it('refuses those that are broken, or of a form that Kustomize has given up', async () => {
    const springboot = filesIn(join(folders.get('kustomize')!, 'examples/springboot'));
    const texts = new Map([...springboot].map(([each, content]) => [each, content.toString()]));
    const where = { entry: 'overlays/production', folder: 'apps/web/k8s', service: 'web' };
    expect(factsOf(() => refuseForeignReferences(texts, where))).toMatchObject({
      type: 'bad-kustomization',
      reason: 'apps/web/k8s/base has no kustomization, and one elsewhere names it.',
    });
    const files = filesIn(join(folders.get('cadvisor')!, 'deploy/kubernetes'));
    const tree = { files, entry: 'overlays/examples', folder: 'apps/web/k8s' };
    const refusal = (await renderers
      .get('helm4')!
      .kustomize(tree)
      .catch((error: unknown) => error)) as Refusal;
    expect(refusal.facts).toMatchObject({ type: 'render-failed' });
    expect(refusal.facts.evidence!.join('\n')).toContain('invalid Kustomization');
  });
});

function factsOf(act: () => unknown): Refusal['facts'] {
  try {
    act();
  } catch (error) {
    return (error as Refusal).facts;
  }
  throw new Error('It was not refused.');
}

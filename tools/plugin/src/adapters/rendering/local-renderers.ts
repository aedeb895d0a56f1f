import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../../model/errors/product-error.ts';
import type { HelmChart, KustomizeTree, ManifestRenderer, RenderedOutput } from '../../ports/manifest-renderer.ts';
import { usualLimits, type RenderingLimits } from './bounded-run.ts';
import { RendererProgram } from './renderer-program.ts';

/** The Kubernetes that charts are told of: not that of the machine's helm, which moves, nor a cluster's, which nobody asks. */
const toldKubernetes = '1.34';

/** Kustomize and Helm, by their own command lines. */
export class LocalRenderers implements ManifestRenderer {
  private readonly kustomizeProgram: RendererProgram;
  private readonly helmProgram: RendererProgram;

  constructor(env: NodeJS.ProcessEnv = process.env, limits: RenderingLimits = usualLimits) {
    const program = (facts: ConstructorParameters<typeof RendererProgram>[0]) =>
      new RendererProgram(facts, env, limits);
    this.kustomizeProgram = program({
      name: 'kustomize',
      versionArgs: ['version'],
      accepted: { from: [5, 0], belowMajor: 6 },
      address: 'https://kubectl.docs.kubernetes.io/installation/kustomize',
    });
    this.helmProgram = program({
      name: 'helm',
      versionArgs: ['version', '--short'],
      accepted: { from: [3, 14], belowMajor: 5 },
      address: 'https://helm.sh/docs/intro/install',
    });
  }

  kustomize({ entry, files, folder }: KustomizeTree): Promise<RenderedOutput> {
    return this.kustomizeProgram.run(['build', entry], { files, folder });
  }

  async helm({ chart, values, release, namespace, files, folder }: HelmChart): Promise<RenderedOutput> {
    const args = [
      ...['template', release, chart === '.' ? '.' : `./${chart}`, `--namespace=${namespace}`],
      `--kube-version=${toldKubernetes}`,
      ...values.map((path) => `--values=${path}`),
    ];
    const once = await this.helmProgram.run(args, { files, folder });
    // Its clock has seconds.
    if (readsClock(files)) await pause(1000);
    const again = await this.helmProgram.run(args, { files, folder });
    if (again.text !== once.text) throw unsteady(folder, once.text, again.text);
    return once;
  }
}

/** Reports whether a template may write the time. */
function readsClock(files: HelmChart['files']): boolean {
  return [...files].some(
    ([path, content]) => /\.(ya?ml|tpl|json)$/.test(path) && /\{\{[^}]*\bnow\b/.test(Buffer.from(content).toString()),
  );
}

function unsteady(folder: string, once: string, again: string): Refusal {
  const others = again.split('\n');
  const lines = once.split('\n');
  const at = lines.findIndex((line, index) => line !== others[index]);
  const source = lines.slice(0, at + 1).findLast((line) => line.startsWith('# Source: '));
  // What differs is likely a password: its name is told.
  const field = /^\s*(?:- )?([\w.\-/]+):/.exec(lines[at] ?? '')?.[1];
  return new Refusal({
    type: 'render-unsteady',
    doing: `render ${folder}`,
    reason: `The chart gives another text each time${source === undefined ? '' : `, first in ${source.slice('# Source: '.length)}`}${field === undefined ? '' : ` at "${field}"`}: no one could say what a release is.`,
    remedy:
      'Give it the value that it makes up otherwise (functions such as randAlphaNum, genCA, uuidv4, now), by a reference to a Secret where it is one.',
  });
}

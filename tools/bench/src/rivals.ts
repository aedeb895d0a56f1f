import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildTool } from '../../local-platform/src/platform.ts';
import { kubectl, platform } from '../../scratch-workspace/src/platform.ts';
import { runSuccessfully } from '../../scratch-workspace/src/run-command.ts';

/** Manifests of one service and release, as files for the tools that we compare with. */
export interface ReleaseFiles {
  /** One List of all objects. */
  readonly manifests: string;
  /** Folder of a chart of the same objects. */
  readonly chart: string;
}

/** Writes the manifests of a release for kubectl and helm. @param objects without a namespace. */
export function writeReleaseFiles(
  folder: string,
  service: string,
  version: number,
  objects: readonly object[],
): ReleaseFiles {
  const chart = join(folder, `${service}-${version}-chart`);
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), `apiVersion: v2\nname: ${service}\nversion: 0.0.${version}\n`);
  // JSON is YAML; each object is a template of its own.
  objects.forEach((object, index) => writeFileSync(join(chart, 'templates', `${index}.yaml`), JSON.stringify(object)));
  const manifests = join(folder, `${service}-${version}.json`);
  writeFileSync(manifests, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  return { manifests, chart };
}

/** `kubectl apply --server-side` and `kubectl rollout status`. */
export async function deployWithKubectl(
  service: string,
  namespace: string,
  { manifests }: ReleaseFiles,
): Promise<void> {
  const into = `--namespace=${namespace}`;
  await kubectl(['apply', '--server-side', '--force-conflicts', into, `--filename=${manifests}`]);
  await kubectl(['rollout', 'status', into, `deployment/${service}`, '--timeout=300s']);
}

/** `kubectl rollout undo` and `kubectl rollout status`. */
export async function undoWithKubectl(service: string, namespace: string): Promise<void> {
  const into = `--namespace=${namespace}`;
  await kubectl(['rollout', 'undo', into, `deployment/${service}`]);
  await kubectl(['rollout', 'status', into, `deployment/${service}`, '--timeout=300s']);
}

/** `helm rollback`, waiting, of version 4. */
export async function undoWithHelm4(service: string, namespace: string): Promise<void> {
  const { kubeconfig, context } = await platform();
  const helm = join(await buildTool('helm4'), 'helm');
  const where = [`--kubeconfig=${kubeconfig}`, `--kube-context=${context}`, `--namespace=${namespace}`];
  await runSuccessfully(helm, ['rollback', service, ...where, '--wait', '--timeout=300s']);
}

/** `helm upgrade --install`, waiting, going back on failure, of version 3 or 4. */
export async function deployWithHelm(
  version: 3 | 4,
  service: string,
  namespace: string,
  { chart }: ReleaseFiles,
): Promise<void> {
  const { kubeconfig, context } = await platform();
  const helm = join(await buildTool(version === 3 ? 'helm3' : 'helm4'), 'helm');
  const wait = version === 3 ? ['--wait', '--atomic'] : ['--rollback-on-failure'];
  const where = [`--kubeconfig=${kubeconfig}`, `--kube-context=${context}`, `--namespace=${namespace}`];
  await runSuccessfully(helm, ['upgrade', '--install', service, chart, ...where, ...wait, '--timeout=300s']);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseMessage } from '../../../plugin/src/model/release/release-message.ts';
import { ReleaseTag } from '../../../plugin/src/model/release/release-tag.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import type { ScratchWorkspace } from '../../../scratch-workspace/src/scratch-workspace.ts';
import { librariesOf, releaseOf, serviceName, type Size } from './shop.ts';

const author = 'Ada <ada@example.com>';
/** Seconds since 1970 of the first commit. */
const firstCommit = 1_780_000_000;

/**
 * Gives a workspace its services and their history, by `git fast-import` at its origin, and checks it out.
 * @returns the commits of main, oldest first: most of them change one service each, every tenth one a library.
 */
export async function makeHistory(workspace: ScratchWorkspace, size: Size): Promise<string[]> {
  const git = (args: readonly string[], input?: string) =>
    runSuccessfully('git', args, { cwd: workspace.origin, ...(input === undefined ? {} : { input }) });
  await git(['fast-import', '--quiet'], commitStream(workspace, size));
  const commits = (await git(['rev-list', '--first-parent', '--reverse', 'main'])).split('\n').slice(-size.commits);
  await git(['fast-import', '--quiet'], tagStream(commits, size));
  await git(['pack-refs', '--all']);
  await workspace.git(['fetch', '--quiet', '--no-tags', 'origin']);
  await workspace.git(['reset', '--quiet', '--hard', 'origin/main']);
  return commits;
}

/** The commit from which a release of a service was built: those of all services lie spread over the history. */
export function commitOf(commits: readonly string[], service: number, release: number, { releases }: Size): string {
  const share = (release + (service % 10) / 10) / releases;
  return commits[Math.min(commits.length - 1, 1 + Math.floor(share * (commits.length - 1)))]!;
}

function commitStream(workspace: ScratchWorkspace, size: Size): string {
  const dockerfile = readFileSync(join(workspace.folder, 'apps/orders/Dockerfile'), 'utf8');
  const first = new Map<string, string>();
  for (let index = 0; index < size.services; index++) {
    const name = serviceName(index);
    const project = { name, projectType: 'application', implicitDependencies: librariesOf(index, size) };
    first.set(`apps/${name}/project.json`, JSON.stringify(project));
    first.set(`apps/${name}/Dockerfile`, dockerfile);
    first.set(`apps/${name}/openapi.yaml`, readFileSync(join(workspace.folder, 'apps/orders/openapi.yaml'), 'utf8'));
    first.set(`apps/${name}/pipeline.variables.yml`, variablesOf(name));
    first.set(`apps/${name}/k8s/all.yaml`, manifestsOf(name));
  }
  for (let index = 0; index < size.libraries; index++) {
    const name = `library-${index}`;
    first.set(`libs/${name}/project.json`, JSON.stringify({ name, projectType: 'library' }));
  }
  const lines = [commit(0, 'feat: all services', first, 'from refs/heads/main^0')];
  for (let index = 1; index < size.commits; index++) {
    const folder =
      index % 10 === 0
        ? `libs/library-${(index / 10) % size.libraries}`
        : `apps/${serviceName((index * 37) % size.services)}`;
    lines.push(
      commit(index, `feat: change ${index} (#${index})`, new Map([[`${folder}/src/main.ts`, `// ${index}\n`]])),
    );
  }
  return lines.join('');
}

function commit(index: number, subject: string, files: ReadonlyMap<string, string>, from = ''): string {
  const changes = [...files].map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`);
  const who = `committer ${author} ${firstCommit + index * 600} +0000\n`;
  return `commit refs/heads/main\n${who}${data(subject)}${from === '' ? '' : `${from}\n`}${changes.join('')}\n`;
}

function tagStream(commits: readonly string[], size: Size): string {
  const lines: string[] = [];
  for (let index = 0; index < size.services; index++) {
    for (let release = 0; release < size.releases; release++) {
      const made = releaseOf(serviceName(index), release, commitOf(commits, index, release, size));
      const { service, buildNumber } = made;
      const head = `from ${made.commit}\ntagger ${author} ${firstCommit} +0000\n`;
      lines.push(`tag ${new ReleaseTag(service, buildNumber)}\n${head}${data(releaseMessage(made))}`);
      lines.push(`reset refs/builds/${service}/${buildNumber}\nfrom ${made.commit}\n\n`);
    }
  }
  return lines.join('');
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function variablesOf(name: string): string {
  return `variables: { apiId: ${name}, apiName: ${name}, apiSuffix: ${name}, apiSubscription: none }\n`;
}

/** Manifests of a service. Its Deployment is paused, and its pods are made by hand: nothing of it runs. */
export function manifestsOf(name: string): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name} }
data: { LOG_LEVEL: info, GREETING: hello }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { clusterIP: None, selector: { app.kubernetes.io/name: nobody }, ports: [{ name: http, port: 80, targetPort: 3000 }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: ${name} }
spec: { maxUnavailable: 1, selector: { matchLabels: { app.kubernetes.io/name: ${name} } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 2
  paused: true
  strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  template:
    spec:
      terminationGracePeriodSeconds: 30
      topologySpreadConstraints:
        - { maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway }
      containers:
        - name: ${name}
          image: ${name}
          envFrom: [{ configMapRef: { name: ${name} } }]
          env: [{ name: PORT, value: "3000" }, { name: SERVICE, value: ${name} }]
          ports: [{ name: http, containerPort: 3000 }]
          resources: { requests: { cpu: 50m, memory: 64Mi }, limits: { memory: 128Mi } }
          startupProbe: { httpGet: { path: /healthz/ready, port: http }, periodSeconds: 1 }
          readinessProbe: { httpGet: { path: /healthz/ready, port: http }, periodSeconds: 1 }
          livenessProbe: { httpGet: { path: /healthz/live, port: http } }
          lifecycle: { preStop: { sleep: { seconds: 10 } } }
          securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: [ALL] } }
`;
}

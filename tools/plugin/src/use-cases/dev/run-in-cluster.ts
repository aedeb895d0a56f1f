import { parseAgentLine } from '../../model/dev/agent-lines.ts';
import { baseImage, placed } from '../../model/dev/dev-command.ts';
import { devPod } from '../../model/dev/dev-pod.ts';
import { declaredVariables } from '../../model/dev/container-variables.ts';
import { Failure, Refusal } from '../../model/errors/product-error.ts';
import type { DevCluster } from '../../ports/dev/dev-cluster.ts';
import type { InspectorRelay, Listener } from '../../ports/dev/dev-machine.ts';
import { untilAborted } from './cleanup.ts';
import type { DevPorts, DevRequest } from './dev-request.ts';
import { ownVariablesFile } from './dev-variables.ts';
import { buildLines, ReloadTimes } from './reload-times.ts';
import { showAddresses, type DevRun } from './run-here.ts';

/** Port at which a container takes requests, unless its manifest says otherwise. */
const usualPort = 8080;

/**
 * Runs a service in a pod of the environment's namespace, as its workload would make it, but from the sources in the
 * mounted workspace. It gets none of the Service's traffic: its labels are not those that the Service selects.
 */
export async function runInCluster(run: DevRun, ports: DevPorts): Promise<void> {
  const { request, cleanup } = run;
  const { service, signal, port: wish } = request;
  const { machine, output } = ports;
  const cluster = await ports.devCluster();
  await cluster.deleteLeftovers(service.name, machine.owner);
  const place = await podPlace(run, cluster, ports);
  const forward = await forwardTo(place, wish, cluster, ports);
  cleanup.add(() => forward.close());
  const inspector = run.program.by === 'bundle' ? await openInspector(run, place, cluster, ports) : undefined;
  const bundled = await startBundling(run, ports, inspector);
  cleanup.add(() => cluster.deletePod(place.pod));
  output.step(`starting the pod ${place.pod} in ${request.environment.name}`);
  const onProgress = (line: string) => output.step(line);
  await cluster.createPod(place.object, { container: service.name, onProgress, signal });
  if (signal.aborted) return;
  machine.announce(service.name, forward.port);
  showAddresses(output, { port: forward.port, inspectorPort: inspector?.port });
  const last: string[] = [];
  const take = (line: string) => {
    last.push(line);
    if (last.length > 10) last.shift();
    bundled.take(line);
  };
  await Promise.race([cluster.followLog(place.pod, service.name, take, signal), untilAborted(signal)]);
  if (!signal.aborted) throw podEnded(request, place.pod);
}

/** A pod that is about to be made. */
interface PodPlace {
  readonly pod: string;
  readonly namespace: string;
  readonly port: number;
  readonly object: ReturnType<typeof devPod>;
}

async function podPlace(run: DevRun, cluster: DevCluster, { machine }: DevPorts): Promise<PodPlace> {
  const { request, program, objects, commit } = run;
  const { service, environment } = request;
  const pod = `${service.name}-dev-${Math.random().toString(36).slice(2, 7).padEnd(5, '0')}`;
  const declared = declaredVariables(objects, service.name).find((each) => 'name' in each && each.name === 'PORT');
  const port = declared && 'value' in declared ? Number(declared.value) || usualPort : usualPort;
  const object = devPod({
    service: service.name,
    name: pod,
    owner: machine.owner,
    objects,
    image: await podImage(request, cluster, machine.textOf(`${service.root}/Dockerfile`)),
    command:
      program.by === 'bundle'
        ? ['node', agentFile(machine), touchFile(machine), service.folder, inspectWord(request), ...program.argv]
        : placed(program.command, { temp: '/tmp', port }),
    workingDir: service.folder,
    folders: machine.folders,
    variables: { HOME: '/tmp', BUILD_NUMBER: 'dev', COMMIT: commit, ...machine.variablesIn(ownVariablesFile(request)) },
    user: machine.user,
    compiles: program.by === 'tool',
  });
  return { pod, namespace: environment.namespace, port, object };
}

/** The image that runs there has the service's runtime, and the nodes can pull it. */
async function podImage(request: DevRequest, cluster: DevCluster, dockerfile: string | undefined): Promise<string> {
  const image = request.image ?? (await cluster.runningImage(request.service.name)) ?? baseImage(dockerfile ?? '');
  if (image !== undefined) return image;
  throw new Refusal({
    type: 'no-dev-command',
    doing: `develop ${request.service.name} in ${request.environment.name}`,
    reason: 'It does not run there, and its Dockerfile names no image.',
    remedy: 'Name one: "dev": { "options": { "image": "golang:1.26" } } in its project.json.',
  });
}

function forwardTo(
  { pod, namespace, port }: Pick<PodPlace, 'pod' | 'namespace' | 'port'>,
  wish: DevRequest['port'],
  cluster: DevCluster,
  { machine }: DevPorts,
): Promise<Listener> {
  return machine.listen(wish, (connection) => {
    cluster.forward(connection, { pod, namespace, port }).catch(() => connection.destroy());
  });
}

/** A relay on this machine, and for each process of the pod a port by which its inspector is reached. */
interface PodInspector {
  readonly port: number;
  attach(url: string): Promise<void>;
  leave(): void;
}

async function openInspector(
  { request, cleanup }: DevRun,
  { pod, namespace }: PodPlace,
  cluster: DevCluster,
  ports: DevPorts,
): Promise<PodInspector | undefined> {
  const { inspect, service } = request;
  if (!inspect) return undefined;
  const relay: InspectorRelay = await ports.machine.inspector(inspect, service.name);
  cleanup.add(() => relay.close());
  let before: Listener | undefined;
  return {
    port: relay.port,
    leave: () => before?.close(),
    async attach(url) {
      const { port, pathname } = new URL(url);
      const listener = await forwardTo(
        { pod, namespace, port: Number(port) },
        { port: 0, isExact: true },
        cluster,
        ports,
      );
      cleanup.add(() => listener.close());
      const last = before;
      before = listener;
      await relay.attach(`ws://127.0.0.1:${listener.port}${pathname}`);
      last?.close();
    },
  };
}

/** Bundles on this machine; the agent in the pod is told by a file in the workspace that both see. */
async function startBundling(
  { program, cleanup }: DevRun,
  { machine, output }: DevPorts,
  inspector: PodInspector | undefined,
): Promise<{ take(line: string): void }> {
  if (program.by === 'tool') return { take: (line) => output.line(line) };
  const times = new ReloadTimes(output);
  await machine.buildAgent(agentFile(machine));
  const watch = machine.watchBundle(program.bundle, program.file, {
    onBuilt: (milliseconds) => {
      times.built(milliseconds);
      machine.touch(touchFile(machine));
    },
    onFailed: (lines) => buildLines(output, lines),
  });
  cleanup.add(() => watch.close());
  let isFirst = true;
  return {
    take(line) {
      const said = parseAgentLine(line);
      if (!said) return output.line(line);
      if (said.what === 'inspector') void inspector?.attach(said.value);
      else if (said.what === 'leaving') inspector?.leave();
      else if (said.what !== 'ready') times.ended(said.value, said.what === 'endedBefore');
      else {
        times.ready(Number(said.value), isFirst);
        isFirst = false;
      }
    },
  };
}

function agentFile({ temp }: { readonly temp: string }): string {
  return `${temp}/agent/agent.cjs`;
}

function touchFile({ temp }: { readonly temp: string }): string {
  return `${temp}/built`;
}

function inspectWord({ inspect }: DevRequest): string {
  return inspect ? 'inspect' : 'run';
}

function podEnded({ service, environment }: DevRequest, pod: string): Failure {
  return new Failure({
    type: 'dev-pod-failed',
    doing: `develop ${service.name} in ${environment.name}`,
    reason: `The pod ${pod} ended.`,
    remedy:
      'See its lines above. Where it does not find its sources, the node does not see the folder of this workspace.',
  });
}

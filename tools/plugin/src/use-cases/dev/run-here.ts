import { placed } from '../../model/dev/dev-command.ts';
import { Failure } from '../../model/errors/product-error.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import type { InspectorRelay, ServiceEvents } from '../../ports/dev/dev-machine.ts';
import { untilAborted, type Cleanup } from './cleanup.ts';
import type { DevProgram } from './dev-program.ts';
import type { DevOutput, DevPorts, DevRequest } from './dev-request.ts';
import { containerVariables, ownVariablesFile } from './dev-variables.ts';
import { Neighbourhood } from './neighbourhood.ts';
import { buildLines, ReloadTimes } from './reload-times.ts';

/** A run that has been prepared. */
export interface DevRun {
  readonly request: DevRequest;
  readonly program: DevProgram;
  readonly objects: readonly KubernetesObject[];
  readonly commit: string;
  readonly cleanup: Cleanup;
}

/** Runs a service on this machine, with the variables of its manifests and its neighbours at ports of this machine. */
export async function runHere(run: DevRun, ports: DevPorts): Promise<void> {
  const { request, program } = run;
  const variables = await variablesHere(run, ports);
  if (request.signal.aborted) return;
  if (program.by === 'bundle') await runBundle({ ...run, program }, variables, ports);
  else await runTool({ ...run, program }, variables, ports);
}

async function variablesHere(
  { request, objects, commit, cleanup }: DevRun,
  ports: DevPorts,
): Promise<Record<string, string>> {
  const { environment, services } = request;
  const { machine, output, devCluster } = ports;
  const around = { namespace: environment.namespace, services };
  const neighbourhood = new Neighbourhood({
    around,
    environment: environment.name,
    machine,
    cluster: devCluster,
    output,
  });
  cleanup.add(() => neighbourhood.close());
  const variables = await neighbourhood.open(await containerVariables(objects, request, ports));
  const own = machine.variablesIn(ownVariablesFile(request));
  return { ...variables, BUILD_NUMBER: 'dev', COMMIT: commit, ...own };
}

type Run<By extends DevProgram['by']> = DevRun & { readonly program: DevProgram & { readonly by: By } };

async function runBundle(
  { request, program, cleanup }: Run<'bundle'>,
  variables: Record<string, string>,
  { machine, output }: DevPorts,
): Promise<void> {
  const { service, port, inspect, signal } = request;
  const relay = inspect && (await machine.inspector(inspect, service.name));
  if (relay) cleanup.add(() => relay.close());
  const times = new ReloadTimes(output);
  const events = serviceEvents(output, times, relay);
  const command = { argv: program.argv, cwd: service.folder, variables };
  const running = await machine.startNode(command, { port, isInspected: relay !== undefined }, events);
  cleanup.add(() => running.stop());
  machine.announce(service.name, running.port);
  showAddresses(output, { ...running, inspectorPort: relay?.port });
  const watch = machine.watchBundle(program.bundle, program.file, {
    onBuilt: (milliseconds) => {
      times.built(milliseconds);
      running.reload();
    },
    onFailed: (lines) => buildLines(output, lines),
  });
  cleanup.add(() => watch.close());
  await untilAborted(signal);
}

async function runTool(
  { request, program, cleanup }: Run<'tool'>,
  variables: Record<string, string>,
  { machine, output }: DevPorts,
): Promise<void> {
  const { service, port, signal } = request;
  const commandAt = (at: number) => ({
    argv: placed(program.command, { temp: machine.temp, port: at }),
    cwd: service.folder,
    variables,
  });
  const running = await machine.startCommand(commandAt, { port }, serviceEvents(output, new ReloadTimes(output)));
  cleanup.add(() => running.stop());
  machine.announce(service.name, running.port);
  showAddresses(output, running);
  const how = await Promise.race([running.ended, untilAborted(signal)]);
  if (typeof how === 'string' && !signal.aborted) throw toolEnded(request, program.command, how);
}

/** Says where a service is, as soon as that is known. */
export function showAddresses(
  output: DevOutput,
  at: { readonly port: number; readonly metricsPort?: number; readonly inspectorPort?: number | undefined },
): void {
  output.step(`requests  http://127.0.0.1:${at.port}`);
  if (at.metricsPort !== undefined) output.step(`metrics   http://127.0.0.1:${at.metricsPort}/metrics`);
  if (at.inspectorPort !== undefined) output.step(`debugger  127.0.0.1:${at.inspectorPort}`);
}

function serviceEvents(output: DevOutput, times: ReloadTimes, relay?: InspectorRelay): ServiceEvents {
  return {
    onLine: (line) => output.line(line),
    onReady: (milliseconds, isFirst) => times.ready(milliseconds, isFirst),
    onEnded: (how, goesOn) => times.ended(how, goesOn),
    onInspector: (url) => void relay?.attach(url),
  };
}

function toolEnded({ service }: DevRequest, [command = '']: readonly string[], how: string): Failure {
  return new Failure({
    type: 'dev-command-failed',
    doing: `develop ${service.name}`,
    reason: `\`${command}\` ${how}.`,
    remedy: `See its lines above; the command is in ${service.root}/project.json.`,
  });
}

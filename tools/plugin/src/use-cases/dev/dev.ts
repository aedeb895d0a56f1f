import { Refusal } from '../../model/errors/product-error.ts';
import type { DevCluster } from '../../ports/dev/dev-cluster.ts';
import { Cleanup } from './cleanup.ts';
import { checkoutObjects, findProgram } from './dev-program.ts';
import type { DevPorts, DevRequest } from './dev-request.ts';
import { runHere } from './run-here.ts';
import { runInCluster } from './run-in-cluster.ts';

/**
 * Runs a service from its sources, and again whenever they are saved, until the signal is aborted. Leaves nothing behind: no
 * process, port, file or pod.
 * @throws {Refusal} when it cannot be run. @throws {Failure} when the stack's own command or the pod ends by itself.
 */
export async function dev(request: DevRequest, isInCluster: boolean, ports: DevPorts): Promise<void> {
  const { service } = request;
  const { machine } = ports;
  refuseSecondRun(request, ports);
  // What a run that was killed has left.
  machine.clean(service.name);
  const program = findProgram(request, ports);
  const { objects, commit } = await checkoutObjects(request, ports);
  const cleanup = new Cleanup();
  cleanup.add(() => machine.clean(service.name));
  let cluster: Promise<DevCluster> | undefined;
  cleanup.add(async () => (await cluster?.catch(() => undefined))?.close());
  const shared = { ...ports, devCluster: () => (cluster ??= ports.devCluster()) };
  try {
    const run = { request, program, objects, commit, cleanup };
    await (isInCluster ? runInCluster(run, shared) : runHere(run, shared));
  } finally {
    await cleanup.run();
  }
}

function refuseSecondRun({ service }: DevRequest, { machine }: DevPorts): void {
  const running = machine.find(service.name);
  if (!running) return;
  throw new Refusal({
    type: 'already-running',
    doing: `develop ${service.name}`,
    reason: `It is being developed already: process ${running.pid}, port ${running.port}.`,
    remedy: 'Use that one, or stop it with Ctrl-C in its terminal.',
  });
}

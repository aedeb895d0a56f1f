import { scrub } from '../../../../../model/secrets/line-scrubber.ts';
import type { KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { fieldAt, isMap, listAt } from '../../../../../model/manifests/source/object-fields.ts';
import { containersOf } from '../../../../../model/manifests/rules/pod-templates.ts';

/** A probe of a container that fails, as a person can look for it. */
export interface ProbeFailure {
  readonly probe: 'readiness' | 'liveness' | 'startup';
  /** `the readiness probe of its container orders (GET :8080/wrong) is answered with 404`. */
  readonly says: string;
}

/**
 * Which probe fails, and how, by the last event about one.
 * @param workload whose pod template has the probe.
 * @param messages of the pod's `Unhealthy` events, oldest first.
 */
export function probeFailure(
  workload: KubernetesObject,
  container: string | undefined,
  messages: readonly string[],
): ProbeFailure | undefined {
  const message = messages.findLast((each) => /^(Readiness|Liveness|Startup) probe /.test(each));
  const kind = /^(Readiness|Liveness|Startup)/.exec(message ?? '')?.[1]?.toLowerCase() as
    ProbeFailure['probe'] | undefined;
  if (message === undefined || kind === undefined) return undefined;
  const spec = containersOf(workload).find(({ name }) => name === container);
  const probe = fieldAt(spec, `${kind}Probe`);
  const what = isMap(probe) ? ` (${describe(probe, spec)})` : '';
  const whose = container === undefined ? '' : ` of its container ${container}`;
  return { probe: kind, says: `the ${kind} probe${whose}${what} ${outcome(message, probe, spec)}` };
}

/** `GET :8080/healthz/ready`, `TCP :5432`, `gRPC :9000`, or the command. */
function describe(probe: Record<string, unknown>, container: unknown): string {
  const { httpGet, tcpSocket, grpc, exec } = probe;
  if (isMap(httpGet)) return `GET :${portOf(httpGet, container)}${String(httpGet['path'] ?? '/')}`;
  if (isMap(tcpSocket)) return `TCP :${portOf(tcpSocket, container)}`;
  if (isMap(grpc)) return `gRPC :${portOf(grpc, container)}`;
  const command = fieldAt(exec, 'command');
  return Array.isArray(command) ? command.join(' ').slice(0, 80) : 'of an unknown kind';
}

function outcome(message: string, probe: unknown, container: unknown): string {
  const status = /statuscode: (\d+)/.exec(message)?.[1];
  if (status !== undefined) {
    const hint = status === '404' ? ', so that there may be no such path' : '';
    return `is answered with ${status}${hint}`;
  }
  if (/connection refused/.test(message)) {
    const action = fieldAt(probe, 'httpGet') ?? fieldAt(probe, 'tcpSocket') ?? fieldAt(probe, 'grpc');
    return `finds nothing listening on port ${isMap(action) ? portOf(action, container) : 'it asks'}`;
  }
  if (/context deadline exceeded|i\/o timeout|Client\.Timeout|timed out/.test(message))
    return `is not answered within ${String(fieldAt(probe, 'timeoutSeconds') ?? 1)} s`;
  const said = scrub(message)
    .replace(/^\w+ probe (failed|errored)[^:]*:\s*/, '')
    .trim();
  return said === '' ? 'fails' : `fails: ${said.replaceAll(/\s+/g, ' ').slice(0, 200)}`;
}

/** A port by its number, also where it is written by name. */
function portOf(action: Record<string, unknown>, container: unknown): string {
  const { port } = action;
  const named = listAt(container, 'ports').find(({ name }) => name === port);
  return String(named?.['containerPort'] ?? port);
}

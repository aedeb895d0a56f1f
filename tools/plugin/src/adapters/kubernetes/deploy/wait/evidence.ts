import { withoutCutWord } from '../../../../model/secrets/cut-word.ts';
import { describeObject, type KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { listAt } from '../../../../model/manifests/source/object-fields.ts';
import { scrub, scrubLines } from '../../../../model/secrets/line-scrubber.ts';
import type { KubernetesApi } from '../../client/api.ts';
import { collectionPath } from '../../client/resources.ts';
import { diagnosePod } from './pods/diagnose-pod.ts';

/** Suspects whose logs and events are fetched; the others fail for the same reason. */
const mostSuspects = 2;
const logLines = 20;
const mostBytes = 20_000;
const mostEvents = 6;

/** The last log lines of failing pods, and what the cluster warned of. What cannot be had is left out. */
export async function evidenceOf(
  api: KubernetesApi,
  namespace: string,
  workload: string,
  suspects: readonly KubernetesObject[],
): Promise<string[]> {
  const some = suspects.slice(0, mostSuspects);
  const logs = await Promise.all(some.filter(({ kind }) => kind === 'Pod').map((pod) => logsOf(api, namespace, pod)));
  const owners = some.flatMap((suspect) =>
    listAt(suspect, 'metadata', 'ownerReferences').map(({ name }) => String(name)),
  );
  const names = [...some.map(({ metadata }) => metadata.name), ...owners, workload];
  return [...logs.flat(), ...(await warningsAbout(api, namespace, new Set(names)))];
}

async function logsOf(api: KubernetesApi, namespace: string, pod: KubernetesObject): Promise<string[]> {
  const trouble = diagnosePod(pod);
  if (!trouble || !['crash', 'unready'].includes(trouble.kind) || trouble.container === undefined) return [];
  const path = `${collectionPath('v1', 'pods', namespace)}/${pod.metadata.name}/log`;
  const read = async (previous: boolean) => {
    const query = {
      container: trouble.container,
      tailLines: String(logLines),
      limitBytes: `${mostBytes}`,
      ...(previous ? { previous: 'true' } : {}),
    };
    const text = await api.sendForText('GET', path, { query, accept: '*/*', repeatable: false }).catch(() => '');
    // The runtime may have taken the container away already, and says that in the place of the log.
    return wholeLines(text).filter(
      (line) => line.trim() !== '' && !line.startsWith('unable to retrieve container logs'),
    );
  };
  // Of a container that runs again after a crash, the one before knows why.
  const [current, previous] = await Promise.all([read(false), trouble.kind === 'crash' ? read(true) : []]);
  const lines = (trouble.runsAgain && previous.length > 0) || current.length === 0 ? previous : current;
  return scrubLines(lines).map((line) => `log of ${describeObject(pod)}, ${trouble.container}: ${line.slice(0, 400)}`);
}

/** Returns the lines of a log. Of one that was cut the last word is left out: half a token is not known as one. */
function wholeLines(log: string): string[] {
  const whole = Buffer.byteLength(log) < mostBytes ? log : withoutCutWord(log);
  return whole.split('\n');
}

interface Event {
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly series?: { readonly count?: number };
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

/** The last warnings of the cluster about objects of these names; none when they cannot be had. */
export async function warningsAbout(
  api: KubernetesApi,
  namespace: string,
  names: ReadonlySet<string>,
): Promise<string[]> {
  // Of each by its name: those of a whole namespace come in the order of names, and a busy one has thousands.
  const lists = await Promise.all(
    [...names].map((name) => {
      const query = { fieldSelector: `type=Warning,involvedObject.name=${name}`, limit: '500' };
      return api.get<{ items: Event[] }>(collectionPath('v1', 'events', namespace), query).catch(() => undefined);
    }),
  );
  const events = lists
    .flatMap((list) => list?.items ?? [])
    .filter(({ involvedObject }) => names.has(involvedObject?.name ?? ''));
  const time = ({ lastTimestamp, eventTime }: Event) => Date.parse(lastTimestamp ?? eventTime ?? '') || 0;
  const lines = events
    .sort((a, b) => time(a) - time(b))
    .map(({ involvedObject, reason, message = '', count, series }) => {
      const times = series?.count ?? count ?? 1;
      const what = `${involvedObject?.kind ?? ''} ${involvedObject?.name ?? ''}`;
      return `event of ${what}: ${reason ?? ''}: ${scrub(message).replaceAll(/\s+/g, ' ').slice(0, 400)}${times > 1 ? ` (${times} times)` : ''}`;
    });
  // Each pod that could not be created is told of: the newest line stands for all that differ in its name only.
  const alike = new Map<string, string>();
  for (const line of lines) {
    const key = withoutNames(line);
    alike.delete(key);
    alike.set(key, line);
  }
  return [...alike.values()].slice(-mostEvents);
}

/** Returns a line without what controllers make up (`orders-7d4b9c-x2x4z`), how often it was, and the order of its words. */
function withoutNames(line: string): string {
  const words = line
    .replace(/ \(\d+ times\)$/, '')
    .replace('(combined from similar events): ', '')
    .replace(/-[a-z0-9]{5}"/g, '"')
    .split(/[\s,[\]]+/);
  return words.sort().join(' ');
}

import { withoutCutWord } from '../../../../model/secrets/cut-word.ts';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../../../model/manifests/kubernetes-object.ts';
import { fieldAt, listAt } from '../../../../model/manifests/source/object-fields.ts';
import { LineScrubber } from '../../../../model/secrets/line-scrubber.ts';
import { ApiError } from '../../client/api-error.ts';
import type { KubernetesApi } from '../../client/api.ts';
import { collectionPath } from '../../client/resources.ts';

/** Characters of a line that are shown. */
const longestLine = 2000;
/** Characters of a line that are read: a secret is known by the whole of it. */
const longestRead = 65_536;
/** Lines that are passed on; a Job that writes more has written it for nobody. */
const mostLines = 5000;
/** Lines that are kept to show how it ended. */
const keptLines = 20;

/** Streams what the containers of a Job's pods write, from their beginning, each run of a container once. */
export class JobLogs {
  private readonly api: KubernetesApi;
  private readonly namespace: string;
  private readonly onLine: (line: string) => void;
  private readonly stopped: AbortSignal;
  private readonly streams = new Map<string, Promise<void>>();
  private count = 0;
  /** The last lines, with the container that wrote them. */
  readonly last: string[] = [];

  constructor(api: KubernetesApi, namespace: string, onLine: (line: string) => void, stopped: AbortSignal) {
    this.api = api;
    this.namespace = namespace;
    this.onLine = onLine;
    this.stopped = stopped;
  }

  /** True when a container of the Job has ever run. */
  get haveBegun(): boolean {
    return this.streams.size > 0;
  }

  /** Begins to stream containers that run now, or have run, and are not streamed yet. */
  take(pod: KubernetesObject): void {
    for (const status of ['initContainerStatuses', 'containerStatuses'].flatMap((list) =>
      listAt(pod, 'status', list),
    )) {
      const { name, state, restartCount } = status;
      const hasRun = fieldAt(state, 'running') ?? fieldAt(state, 'terminated', 'startedAt');
      if (hasRun === undefined || hasRun === null) continue;
      const key = `${String(pod.metadata['uid'])} ${String(name)} ${String(restartCount)}`;
      if (this.streams.has(key)) continue;
      this.streams.set(key, this.stream(pod.metadata.name, String(name)));
    }
  }

  /** Waits until all has been passed on that containers wrote, but not for long. @param patience milliseconds. */
  async end(patience: number): Promise<void> {
    const over = new AbortController();
    const late = pause(patience, undefined, { signal: over.signal }).catch(() => {});
    await Promise.race([Promise.all(this.streams.values()), late]);
    over.abort();
  }

  private async stream(pod: string, container: string): Promise<void> {
    const path = `${collectionPath('v1', 'pods', this.namespace)}/${pod}/log`;
    let told = 0;
    // A key goes over lines; after a broken connection it goes on where it was.
    const scrubber = new LineScrubber();
    while (!this.stopped.aborted) {
      let seen = 0;
      try {
        for await (const line of this.api.lines(path, { container, follow: 'true' }, longestRead, this.stopped)) {
          // After a broken connection all is sent again.
          if (++seen <= told) continue;
          told = seen;
          const whole = line.length < longestRead ? line : withoutCutWord(line);
          this.tell(pod, container, scrubber.next(whole.replace(/\r$/, '')).slice(0, longestLine));
        }
        return;
      } catch (error) {
        // The log may not be read, or its pod is gone: the Job is judged without it.
        if (error instanceof ApiError && error.code < 500) return;
        await pause(500, undefined, { signal: this.stopped }).catch(() => {});
      }
    }
  }

  private tell(pod: string, container: string, line: string): void {
    this.last.push(`log of Pod ${pod}, ${container}: ${line}`);
    if (this.last.length > keptLines) this.last.shift();
    this.count++;
    if (this.count <= mostLines) this.onLine(line);
    if (this.count === mostLines)
      this.onLine(`(what comes after ${mostLines} lines is left out: kubectl -n ${this.namespace} logs ${pod})`);
  }
}

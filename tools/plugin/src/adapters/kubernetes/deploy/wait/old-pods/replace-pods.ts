import { provisioningFolder } from '../../../../../model/workspace/places.ts';
import { describeObject, type KubernetesObject } from '../../../../../model/manifests/kubernetes-object.ts';
import { Failure, ProductError } from '../../../../../model/errors/product-error.ts';
import { sentence } from '../../../../../model/text/sentence.ts';
import { ApiError } from '../../../client/api-error.ts';
import type { NamespaceApi } from '../../../client/namespace-client.ts';
import { collectionPath } from '../../../client/resources.ts';
import { diagnosePod } from '../pods/diagnose-pod.ts';
import { deleteCommand } from './pods-in-the-way.ts';

/** Milliseconds after which a pod that had just changed is looked at again. */
const lookAgainMs = 500;
/** Characters of a refusal that are shown. */
const longestRefusal = 300;

/** A listener for what becomes of pods that are to be replaced. */
export interface ReplacementListener {
  /** Called with a line that names the workload and the pod. */
  tell(line: string): void;
  /** Called when a pod may be tried again. */
  onChanged(): void;
  /** Called when nothing may be written any more. */
  onError(error: unknown): void;
}

/** Deletes pods that are in the way of a rollout: each once, and none that has changed since it was looked at. */
export class PodReplacements {
  /** Sentences about the pods that were deleted. */
  readonly done: string[] = [];
  private readonly place: NamespaceApi;
  private readonly listener: ReplacementListener;
  /** By uid: those that were deleted, or are being. */
  private readonly begun = new Set<string>();
  private readonly running = new Set<Promise<void>>();
  private refused = false;

  /** @param place whose API is fenced by the lock of the service. */
  constructor(place: NamespaceApi, listener: ReplacementListener) {
    this.place = place;
    this.listener = listener;
  }

  /** False when this account was not allowed to. */
  get mayReplace(): boolean {
    return !this.refused;
  }

  /** Begins to delete those pods that were not deleted yet. @param workload `StatefulSet orders`. */
  replace(pods: readonly KubernetesObject[], workload: string): void {
    for (const pod of pods) {
      const uid = String(pod.metadata['uid']);
      if (this.refused || this.begun.has(uid)) continue;
      this.begun.add(uid);
      const running = this.remove(pod, uid, workload).catch((error: unknown) => this.listener.onError(error));
      this.running.add(running);
      void running.then(() => this.running.delete(running));
    }
  }

  /** Waits until no request is under way any more. */
  async settle(): Promise<void> {
    await Promise.all(this.running);
  }

  private async remove(pod: KubernetesObject, uid: string, workload: string): Promise<void> {
    const { api, namespace } = this.place;
    const path = `${collectionPath('v1', 'pods', namespace)}/${pod.metadata.name}`;
    const preconditions = { uid, resourceVersion: pod.metadata['resourceVersion'] };
    try {
      await api.send('DELETE', path, { body: { preconditions } });
    } catch (error) {
      if (error instanceof Failure || !(error instanceof ProductError || error instanceof ApiError)) throw error;
      const code = error instanceof ApiError ? error.code : 503;
      if (code === 404) return;
      // It has changed, or the server is not well: what is there then decides.
      if (code === 409 || code === 429 || code >= 500) return this.tryAgain(uid);
      this.refused = true;
      this.listener.tell(`${workload}: ${refusalLine(pod, error as ApiError)}`);
      this.listener.onChanged();
      return;
    }
    const why = diagnosePod(pod)?.summary ?? 'is not ready';
    const what = `${describeObject(pod)}, which is of an older revision and ${why}`;
    this.done.push(`Deleted ${what}: Kubernetes would not have replaced it.`);
    this.listener.tell(
      `${workload}: deleted ${what}: Kubernetes would not have replaced it; a new one takes its place`,
    );
  }

  private tryAgain(uid: string): void {
    setTimeout(() => {
      this.begun.delete(uid);
      this.listener.onChanged();
    }, lookAgainMs).unref();
  }
}

function refusalLine(pod: KubernetesObject, error: ApiError): string {
  const says =
    error.code === 403 && !/admission webhook/.test(error.message)
      ? `this account may not delete pods (${provisioningFolder}/deployer.yaml allows it)`
      : sentence(error.message, longestRefusal).replace(/\.$/, '');
  return `cannot delete ${describeObject(pod)}, which is in the way: ${says}. Delete it (\`${deleteCommand(pod)}\`), and a new one takes its place`;
}

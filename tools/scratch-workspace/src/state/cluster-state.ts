import { kubectl } from '../platform.ts';

interface List<T> {
  readonly items: readonly T[];
}

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly imageID: string;
      readonly ready: boolean;
      readonly restartCount: number;
    }[];
  };
}

/** Pods of a service that are not going away. */
export async function podsOf(service: string, namespace: string): Promise<Pod[]> {
  const selector = `app.kubernetes.io/name=${service}`;
  const text = await kubectl(['get', 'pods', '--namespace', namespace, '--selector', selector, '--output=json']);
  return (JSON.parse(text) as List<Pod>).items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Digests of the images that the ready pods of a service run. */
export async function runningDigests(service: string, namespace: string): Promise<string[]> {
  const pods = await podsOf(service, namespace);
  const statuses = pods.flatMap(({ status }) => status.containerStatuses ?? []).filter(({ ready }) => ready);
  return [...new Set(statuses.map(({ imageID }) => imageID.replace(/^.*@/, '')))];
}

/** Everything in a namespace that a deploy could change, by object, with its version. */
export async function objectVersions(namespace: string): Promise<string[]> {
  const kinds = 'deployments,services,configmaps,poddisruptionbudgets,httproutes,controllerrevisions,replicasets';
  const template = '{range .items[*]}{.kind}/{.metadata.name} {.metadata.uid} {.metadata.generation}{"\\n"}{end}';
  const text = await kubectl(['get', kinds, '--namespace', namespace, `--output=jsonpath=${template}`]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

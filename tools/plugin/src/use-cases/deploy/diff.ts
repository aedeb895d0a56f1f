import { fieldChanges } from '../../model/observe/field-changes.ts';
import type { KubernetesObject } from '../../model/manifests/kubernetes-object.ts';
import { writtenName } from '../../model/manifests/config-map-names.ts';
import { planDeploy, type DeployTarget } from './plan-deploy.ts';
import type { Change, ChangeSet } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/**
 * What deploying a release would change, object by object and field by field. Changes nothing.
 * @returns only what changes. A ConfigMap whose name has a hash of its content is compared with the one it follows.
 * @throws {Refusal} as a deploy.
 */
export async function diff(target: DeployTarget, ports: ReleasePorts, reporter: Reporter): Promise<ChangeSet> {
  const service = target.service.name;
  const { cluster, objects, changes } = await planDeploy(target, ports, reporter);
  const [records, deleted] = await Promise.all([
    cluster.records(service),
    cluster.prune(service, objects, { dryRun: true }),
  ]);
  const before = records.find(({ outcome }) => outcome === 'succeeded')?.manifests ?? [];
  return [
    ...changes
      .filter(({ action }) => action !== 'unchanged')
      .map((change) => (change.action === 'created' ? comparedWithBefore(change, objects, before) : change)),
    ...deleted,
  ];
}

function comparedWithBefore(
  change: Change,
  objects: readonly KubernetesObject[],
  before: readonly KubernetesObject[],
): Change {
  const created = objects.find(({ kind, metadata }) => kind === change.kind && metadata.name === change.name);
  const name = created && writtenName(created);
  const followed = before.find((object) => object.kind === change.kind && writtenName(object) === name);
  if (!created || !followed || name === created.metadata.name) return change;
  const fields = fieldChanges(followed, created).filter(({ path }) => path !== 'metadata.name');
  return { ...change, fields };
}

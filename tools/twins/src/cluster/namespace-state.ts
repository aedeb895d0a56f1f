import { describeObject, type KubernetesObject } from '../../../plugin/src/model/manifests/kubernetes-object.ts';
import { identityOf } from '../../../plugin/src/model/manifests/source/object-fields.ts';
import type { Change, ChangeSet } from '../../../plugin/src/ports/cluster.ts';
import { DeploymentRecords } from './deployment-records.ts';
import { ObjectStates } from './object-states.ts';
import { ResourceVersion } from './resource-version.ts';
import { ScriptedJobs } from './scripted-jobs.ts';
import { ScriptedRollouts } from './scripted-rollouts.ts';
import { ServiceLocks } from './service-locks.ts';
import { StoredObjects } from './stored-objects.ts';

/** The state that all deployers of one namespace share. */
export class NamespaceState {
  readonly version = new ResourceVersion();
  readonly locks = new ServiceLocks();
  readonly objects: StoredObjects;
  readonly records: DeploymentRecords;
  readonly rollouts: ScriptedRollouts;
  readonly jobs: ScriptedJobs;
  readonly health: ObjectStates;
  /** When objects were changed last by this tool, by their identity: ISO 8601. */
  private readonly times = new Map<string, string>();

  constructor(namespace: string) {
    this.objects = new StoredObjects(namespace, this.version);
    this.records = new DeploymentRecords(this.objects, this.version);
    this.rollouts = new ScriptedRollouts(this.objects);
    this.jobs = new ScriptedJobs(this.objects);
    this.health = new ObjectStates(this.objects);
  }

  /** Notes which of the objects of a plan were changed. */
  noteApplied(objects: readonly KubernetesObject[], changes: ChangeSet, now: Date): void {
    const changed = new Set(changes.flatMap((each) => (each.action === 'unchanged' ? [] : [describeChange(each)])));
    for (const object of objects)
      if (changed.has(describeObject(object))) this.times.set(identityOf(object), now.toISOString());
  }

  /** Returns when an object was changed last by this tool; undefined when it never was. */
  appliedAt(object: KubernetesObject): string | undefined {
    return this.times.get(identityOf(object));
  }
}

function describeChange({ kind, name }: Change): string {
  return `${kind} ${name}`;
}

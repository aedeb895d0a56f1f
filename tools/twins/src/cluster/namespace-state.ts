import { DeploymentRecords } from './deployment-records.ts';
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

  constructor(namespace: string) {
    this.objects = new StoredObjects(namespace, this.version);
    this.records = new DeploymentRecords(this.objects, this.version);
    this.rollouts = new ScriptedRollouts(this.objects);
    this.jobs = new ScriptedJobs(this.objects);
  }
}

import { batchContract } from './cluster/batch-contract.ts';
import { planContract } from './cluster/plan-contract.ts';
import { rolloutContract } from './cluster/rollout-contract.ts';
import { healthContract } from './cluster/health-contract.ts';
import { observeContract } from './cluster/observe-contract.ts';
import { jobContract } from './cluster/job-contract.ts';
import { recordContract } from './cluster/record-contract.ts';
import { logContract } from './cluster/log-contract.ts';
import { lockContract } from './cluster/lock-contract.ts';
import type { ClusterScenario } from './cluster/cluster-scenario.ts';

/** Declares the behaviour that every cluster must have. @param start makes an empty namespace. */
export function clusterContract(start: () => Promise<ClusterScenario>): void {
  planContract(start);
  rolloutContract(start);
  healthContract(start);
  observeContract(start);
  batchContract(start);
  jobContract(start);
  recordContract(start);
  logContract(start);
  lockContract(start);
}

import type { CreateNodesResult, TargetConfiguration } from '@nx/devkit';

import { environmentMarker, infrastructureFolder } from './infrastructure-folder.ts';
import { serviceFolder, serviceMarker } from './service-folder.ts';
import { changesTarget } from './targets/service/changes.ts';
import { diffTarget } from './targets/service/diff.ts';
import { dockerReleaseTarget } from './targets/service/docker-release.ts';
import { gitTagTarget } from './targets/service/git-tag.ts';
import { k8sDeployTarget } from './targets/service/k8s-deploy.ts';
import { historyTarget } from './targets/service/history.ts';
import { infrastructureRollbackTarget } from './targets/infrastructure/rollback.ts';
import { infrastructureOutdatedTarget } from './targets/infrastructure/outdated.ts';
import { infrastructureStatusTarget } from './targets/infrastructure/status.ts';
import { infrastructureAuditTarget } from './targets/infrastructure/audit.ts';
import { infrastructurePackageTarget } from './targets/infrastructure/package.ts';
import { infrastructureProvisionTarget } from './targets/infrastructure/provision.ts';
import { infrastructureMetricsTarget } from './targets/infrastructure/metrics.ts';
import { infrastructureWhereTarget } from './targets/infrastructure/where.ts';
import { promoteTarget } from './targets/service/promote.ts';
import { releaseTarget } from './targets/service/release.ts';
import { rollbackTarget } from './targets/service/rollback.ts';
import { statusTarget } from './targets/service/status.ts';

/** Targets that every service has. */
export const serviceTargets: Readonly<Record<string, TargetConfiguration>> = {
  release: releaseTarget,
  'docker-release': dockerReleaseTarget,
  'git-tag': gitTagTarget,
  'k8s-deploy': k8sDeployTarget,
  promote: promoteTarget,
  rollback: rollbackTarget,
  status: statusTarget,
  history: historyTarget,
  diff: diffTarget,
  changes: changesTarget,
};

/** Targets of the project that holds the environments. */
export const infrastructureTargets: Readonly<Record<string, TargetConfiguration>> = {
  rollback: infrastructureRollbackTarget,
  status: infrastructureStatusTarget,
  where: infrastructureWhereTarget,
  audit: infrastructureAuditTarget,
  outdated: infrastructureOutdatedTarget,
  metrics: infrastructureMetricsTarget,
  package: infrastructurePackageTarget,
  provision: infrastructureProvisionTarget,
};

/**
 * Infers the targets of every service, and of the environments. Loaded by each Nx command, so nothing but Node's builtins
 * and types may be imported here: `@nx/devkit` alone costs 0.3 s.
 */
export const createNodes = [
  `{${serviceMarker},${environmentMarker}}`,
  (files: readonly string[], _options: unknown, context: { workspaceRoot: string }) =>
    files.flatMap((file, index): [string, CreateNodesResult][] => {
      const infrastructure = infrastructureFolder(file);
      if (infrastructure !== undefined) {
        // Once for all environments: Nx would add the same up.
        const isFirst = files.findIndex((each) => infrastructureFolder(each) !== undefined) === index;
        return isFirst ? [[file, { projects: { [infrastructure]: { targets: infrastructureTargets } } }]] : [];
      }
      const folder = serviceFolder(file, context.workspaceRoot);
      return folder === undefined ? [] : [[file, { projects: { [folder]: { targets: serviceTargets } } }]];
    }),
] as const;

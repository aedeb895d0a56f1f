import type { CreateNodesResult, TargetConfiguration } from '@nx/devkit';

import { serviceFolder, serviceMarker } from './service-folder.ts';
import { dockerReleaseTarget } from './targets/docker-release.ts';
import { gitTagTarget } from './targets/git-tag.ts';
import { k8sDeployTarget } from './targets/k8s-deploy.ts';
import { releaseTarget } from './targets/release.ts';
import { statusTarget } from './targets/status.ts';

/** Targets that every service has. */
export const serviceTargets: Readonly<Record<string, TargetConfiguration>> = {
  release: releaseTarget,
  'docker-release': dockerReleaseTarget,
  'git-tag': gitTagTarget,
  'k8s-deploy': k8sDeployTarget,
  status: statusTarget,
};

/**
 * Infers the targets of every service. Loaded by each Nx command, so nothing but Node's builtins and types may be
 * imported here: `@nx/devkit` alone costs 0.3 s.
 */
export const createNodes = [
  serviceMarker,
  (dockerfiles: readonly string[], _options: unknown, context: { workspaceRoot: string }) =>
    dockerfiles.flatMap((dockerfile): [string, CreateNodesResult][] => {
      const folder = serviceFolder(dockerfile, context.workspaceRoot);
      return folder === undefined ? [] : [[dockerfile, { projects: { [folder]: { targets: serviceTargets } } }]];
    }),
] as const;

import type { ProjectGraph } from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitRepository } from '../../../adapters/git/git-repository.ts';
import type { Left } from '../../../model/adoption/adoption.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import { doctor } from '../../../use-cases/doctor/doctor.ts';
import { doctorPorts } from '../../executors/infrastructure/doctor/doctor-ports.ts';
import { nxSettings } from '../../executors/infrastructure/doctor/nx-settings.ts';
import { createPorts } from '../../executors/running/connections/create-ports.ts';
import { distinctServicesIn } from '../../executors/running/service-names.ts';
import { serviceOf } from '../../executors/running/workspace-service.ts';
import { graphOnDisk } from '../update-pipelines.ts';
import type { Candidate } from './find-service.ts';

/** Milliseconds for each thing that is asked of others. */
const limitMs = 20_000;

/**
 * Looks at what a release needs besides the service's files, as it is on the disk: git, registries, clusters, settings of Nx,
 * and files that git ignores.
 */
export function outside(workspaceRoot: string) {
  return async (environments: readonly Environment[], candidates: readonly Candidate[]): Promise<readonly Left[]> => {
    const ports = createPorts(workspaceRoot, process.env);
    const projectGraph = await graphOnDisk();
    const nxJsonConfiguration = JSON.parse(readFileSync(join(workspaceRoot, 'nx.json'), 'utf8')) as {
      defaultBase?: string;
    };
    const request = {
      environments,
      services: candidates.map(({ service }) => service),
      mainBranch: nxJsonConfiguration.defaultBase ?? 'main',
      isProvisioned: false,
      others: nxSettings({ projectGraph, nxJsonConfiguration }, workspaceRoot),
      limitMs,
    };
    const found = await doctor(request, doctorPorts({ ports, workspaceRoot }));
    const wrong = found.filter(({ state }) => state === 'wrong');
    const lines = wrong.map(({ area, check, says, remedy = '' }) => ({
      finding: `${area}, ${check}: ${says}`,
      hint: remedy,
    }));
    return [...lines, ...(await inputsOf(workspaceRoot, projectGraph, candidates))];
  };
}

/** Returns what the images may be made of though no commit holds it, of those that are services already. */
async function inputsOf(
  root: string,
  projectGraph: ProjectGraph,
  candidates: readonly Candidate[],
): Promise<readonly Left[]> {
  const repository = new GitRepository(root);
  const services = new Set(distinctServicesIn(projectGraph).map(({ project }) => project));
  const found = candidates
    .filter(({ project }) => services.has(project))
    .map(async ({ project }): Promise<Left[]> => {
      try {
        const nxJsonConfiguration = {};
        const service = serviceOf(project, { root, projectGraph, nxJsonConfiguration }, repository);
        await service.requireCommittedInputs();
        return [];
      } catch (error) {
        if (!(error instanceof ProductError)) throw error;
        const { reason, remedy, evidence = [reason] } = error.facts;
        return evidence.map((finding) => ({ finding, hint: remedy }));
      }
    });
  return (await Promise.all(found)).flat();
}

import { readNxJson, type ExecutorContext, type Tree } from '@nx/devkit';
import { GitRepository } from '../../../adapters/git/git-repository.ts';
import type { Left } from '../../../model/adoption/adoption.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import { doctor } from '../../../use-cases/doctor/doctor.ts';
import { doctorPorts } from '../../executors/infrastructure/doctor/doctor-ports.ts';
import { nxSettings } from '../../executors/infrastructure/doctor/nx-settings.ts';
import { mainBranch } from '../../executors/running/main-branch.ts';
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
export function outside(tree: Tree) {
  const workspaceRoot = tree.root;
  return async (environments: readonly Environment[], candidates: readonly Candidate[]): Promise<readonly Left[]> => {
    const ports = createPorts(workspaceRoot, process.env);
    const projectGraph = await graphOnDisk();
    const nxJsonConfiguration = readNxJson(tree) ?? {};
    const request = {
      environments,
      services: candidates.map(({ service }) => service),
      mainBranch: mainBranch(workspaceRoot, nxJsonConfiguration),
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
    return [...lines, ...(await inputsOf({ root: workspaceRoot, projectGraph, nxJsonConfiguration }, candidates))];
  };
}

/** Returns what the images may be made of though no commit holds it, of those that are services already. */
async function inputsOf(
  context: Pick<ExecutorContext, 'root' | 'projectGraph' | 'nxJsonConfiguration'>,
  candidates: readonly Candidate[],
): Promise<readonly Left[]> {
  const repository = new GitRepository(context.root);
  const services = new Set(distinctServicesIn(context.projectGraph).map(({ project }) => project));
  const found = candidates
    .filter(({ project }) => services.has(project))
    .map(async ({ project }): Promise<Left[]> => {
      try {
        await serviceOf(project, context, repository).requireCommittedInputs();
        return [];
      } catch (error) {
        if (!(error instanceof ProductError)) throw error;
        const { reason, remedy, evidence = [reason] } = error.facts;
        return evidence.map((finding) => ({ finding, hint: remedy }));
      }
    });
  return (await Promise.all(found)).flat();
}

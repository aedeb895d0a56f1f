import { automaticEnvironments } from '../../plugin/src/model/environment/environment.ts';
import { release, type ReleaseRequest, type ReleaseResult } from '../../plugin/src/use-cases/release/release.ts';
import type { ReleaseScenario } from './release-scenario.ts';

/** Releases the service of a scenario to every automatic environment, as a CI would. @param wishes what shall be otherwise. */
export function releaseIt(scenario: ReleaseScenario, wishes: Partial<ReleaseRequest> = {}): Promise<ReleaseResult> {
  const { service, environments, ports, reporter } = scenario;
  const usual: ReleaseRequest = {
    service,
    environments,
    targets: automaticEnvironments(environments),
    actor: { person: 'ada', run: 'ada@laptop' },
    allowDirty: false,
    allowDowntime: false,
    adopt: false,
    force: false,
    dryRun: false,
    buildNumber: undefined,
    approvedBy: undefined,
    mainBranch: 'main',
    comparesCommits: true,
    timeoutMs: 1000,
  };
  return release({ ...usual, ...wishes }, ports, reporter);
}

import type { Environment } from '../../../model/environment/environment.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { ReleasePorts } from '../../../ports/release-ports.ts';
import type { WorkspaceMap } from '../../../ports/project-links.ts';
import type { ServiceSource } from '../../../ports/service-source.ts';

/** The surroundings of what the dashboard tells beside its grid. It changes nothing. */
export interface DetailContext {
  readonly ports: ReleasePorts;
  readonly mainBranch: string;
  readonly services: WorkspaceMap;
  /** @throws {Refusal} when a file has mistakes. */
  environments(): Promise<readonly Environment[]>;
  /** @throws {Refusal} when the workspace has no such service. */
  service(name: string): ServiceSource;
}

/** @throws {Refusal} when there is none of this name. */
export function namedEnvironment(environments: readonly Environment[], name: string): Environment {
  const found = environments.find((each) => each.name === name);
  if (found) return found;
  throw new Refusal({
    type: 'no-such-environment',
    doing: 'answer the dashboard',
    reason: `There is no environment ${JSON.stringify(name.slice(0, 80))}.`,
    remedy: `Choose one of ${environments.map((each) => each.name).join(', ')}.`,
  });
}

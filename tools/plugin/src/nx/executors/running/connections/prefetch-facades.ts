import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { apiFile } from '../../../../model/facade/api-version.ts';
import type { Environment } from '../../../../model/environment/environment.ts';
import type { ServiceRun } from '../service-executor.ts';

/** Gets the tokens of doors while git is still being read, where a service seems to have an API. */
export function prefetchFacades(
  environments: readonly Environment[],
  { service, ports, workspaceRoot }: Pick<ServiceRun, 'service' | 'ports' | 'workspaceRoot'>,
): void {
  if (!existsSync(join(workspaceRoot, service.root, apiFile))) return;
  for (const environment of environments) ports.facade(environment).catch(() => undefined);
}

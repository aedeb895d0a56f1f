import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A role of Azure, as a file that `az role definition create` takes. */
export interface AzureRole {
  readonly Actions: readonly string[];
}

/** Returns a role that this repository ships. @param name `deployer`, `provisioner`. */
export function shippedRole(name: string): AzureRole {
  const file = join(import.meta.dirname, `../../../../Infrastructure/apim/${name}-role.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as AzureRole;
}

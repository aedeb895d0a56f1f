import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registryAddress } from '../addresses.ts';
import type { Folders } from '../storage/folders.ts';

/** Returns the folder that holds what was pushed. */
export function registryStorage(folders: Folders): string {
  return join(folders.state, 'registry', 'data');
}

/** Returns the path of the registry's settings. */
export function registrySettingsFile(folders: Folders): string {
  return join(folders.state, 'registry', 'config.yml');
}

/** Writes the registry's settings. */
export function writeRegistrySettings(folders: Folders): void {
  mkdirSync(registryStorage(folders), { recursive: true });
  const settings = {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: registryStorage(folders) }, delete: { enabled: true } },
    http: { addr: registryAddress },
  };
  // JSON is YAML.
  writeFileSync(registrySettingsFile(folders), JSON.stringify(settings, undefined, 2));
}

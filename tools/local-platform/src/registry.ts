import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ports, registryAddress } from './addresses.ts';
import type { Folders } from './folders.ts';
import type { Component } from './processes/component.ts';
import { answersWell } from './processes/probes.ts';
import { findCommand } from './system-packages.ts';

/** Folder that holds what was pushed. */
export function registryStorage(folders: Folders): string {
  return join(folders.state, 'registry', 'data');
}

/** Writes the registry's settings and tells how it is run. */
export function registryComponent(folders: Folders): Component {
  const folder = join(folders.state, 'registry');
  mkdirSync(registryStorage(folders), { recursive: true });
  const settings = {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: registryStorage(folders) }, delete: { enabled: true } },
    http: { addr: registryAddress },
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(settings, undefined, 2));
  return {
    name: 'registry',
    argv: [findCommand('docker-registry') ?? 'docker-registry', 'serve', join(folder, 'config.yml')],
    // Without this it greets every start with a warning.
    env: { OTEL_TRACES_EXPORTER: 'none' },
    listens: [['127.0.0.1', ports.registry]],
    isHealthy: () => answersWell({ url: `http://${registryAddress}/v2/` }),
  };
}

import { join } from 'node:path';
import { dockerSocket, ports, registryAddress } from '../addresses.ts';
import { registrySettingsFile } from '../containers/registry.ts';
import { answersWell } from '../processes/probes.ts';
import type { Folders } from '../storage/folders.ts';
import { findCommand } from '../system-packages.ts';
import { stopsGracefully, type Component } from './component.ts';

/** Docker's server, where none answers. */
export function dockerd(folders: Folders): Component {
  const folder = join(folders.state, 'docker');
  return {
    name: 'dockerd',
    argv: [
      findCommand('dockerd') ?? 'dockerd',
      `--host=unix://${dockerSocket}`,
      `--data-root=${join(folder, 'data')}`,
      `--exec-root=${join(folder, 'run')}`,
      `--pidfile=${join(folder, 'docker.pid')}`,
      '--storage-driver=overlay2',
    ],
    listens: [],
    isHealthy: () => answersWell({ url: 'http://docker/_ping', socketPath: dockerSocket }),
    // It stops its containers first.
    stop: { when: 'after-containers', graceSeconds: 20 },
  };
}

/** The image registry. Its settings have to be written first. */
export function registry(folders: Folders): Component {
  return {
    name: 'registry',
    argv: [findCommand('docker-registry') ?? 'docker-registry', 'serve', registrySettingsFile(folders)],
    // Without this it greets every start with a warning.
    env: { OTEL_TRACES_EXPORTER: 'none' },
    listens: [['127.0.0.1', ports.registry]],
    isHealthy: () => answersWell({ url: `http://${registryAddress}/v2/` }),
    stop: stopsGracefully,
  };
}

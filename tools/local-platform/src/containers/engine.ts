import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import { dockerSocket } from '../addresses.ts';
import type { Output } from '../command/output.ts';
import { componentRecords } from '../components/component.ts';
import { startComponent, type ComponentName } from '../components/registry.ts';
import { rememberMachineSettings } from '../network/machine-settings.ts';
import { ensureNeighboursOut } from '../network/neighbours.ts';
import { answersWell } from '../processes/probes.ts';
import { runCommand, tryCommand } from '../processes/run-command.ts';
import type { Folders } from '../storage/folders.ts';
import { enginePackages, installPackages } from '../system-packages.ts';

/** The component that runs when the platform had to start an engine itself. */
export const engineComponent: ComponentName = 'dockerd';

/** Reports whether a docker server answers where the docker command asks. */
export async function dockerAnswers(): Promise<boolean> {
  const host = process.env['DOCKER_HOST'];
  if (host !== undefined && host !== '' && host !== `unix://${dockerSocket}`) return true;
  if (await answersWell({ url: 'http://docker/_ping', socketPath: dockerSocket })) return true;
  // Docker Desktop, Colima and rootless docker listen elsewhere, and have the docker command know it by a context.
  return (await tryCommand(['docker', 'version', '--format={{.Server.Version}}'], { timeoutMs: 10_000 })).code === 0;
}

/** Reports whether the engine that answers was started by the platform. */
export function ownsEngine(folders: Folders): boolean {
  return componentRecords(folders).some(({ name }) => name === engineComponent);
}

/** Starts docker's server when none answers. */
export async function ensureEngine(folders: Folders, output: Output, signal: AbortSignal | undefined): Promise<void> {
  if (!ownsEngine(folders) && (await dockerAnswers())) return;
  if (process.getuid?.() !== 0) {
    throw new Refusal({
      type: 'engine-missing',
      doing: 'bring up a container engine',
      reason: 'No docker server answers, and only root can start one.',
      remedy: 'Start docker and run the same command again.',
    });
  }
  await installPackages(enginePackages, output, signal);
  // Where the system has a service manager, the package has started it by now.
  if (!ownsEngine(folders) && (await dockerAnswers())) return;
  mkdirSync(join(folders.state, 'docker'), { recursive: true });
  rememberMachineSettings(folders);
  await ensureNeighboursOut(folders, 'engine', signal);
  // Docker forbids all forwarding on machines where it is the one that switches it on.
  await runCommand('enable packet forwarding', ['sysctl', '-qw', 'net.ipv4.ip_forward=1'], { signal });
  await startComponent(folders, engineComponent);
}

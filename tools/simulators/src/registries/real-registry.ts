import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CertificateFiles } from './test-authority.ts';

/** How a registry shall be run. */
export interface RegistrySettings {
  /** Folder for its settings and what is pushed. */
  readonly folder: string;
  readonly address: string;
  readonly port: number;
  readonly tls?: CertificateFiles;
  /** The `auth` of its settings. */
  readonly auth?: Readonly<Record<string, unknown>>;
}

/** Starts a registry, Debian's `docker-registry`. @returns what ends it. */
export async function startRegistry({ folder, address, port, tls, auth }: RegistrySettings): Promise<() => void> {
  const settings = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: `${address}:${port}`, secret: 'shared', ...(tls && { tls }) },
    ...(auth && { auth }),
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'registry.yml'), JSON.stringify(settings));
  const child = spawn('docker-registry', ['serve', join(folder, 'registry.yml')], {
    stdio: 'ignore',
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
  });
  for (let left = 200; !(await listens(address, port)); left--) {
    if (left === 0 || child.exitCode !== null) throw new Error('docker-registry does not start.');
    await pause(50);
  }
  return () => void child.kill();
}

/** A port that nobody listens on. */
export async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listens(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address, () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
}

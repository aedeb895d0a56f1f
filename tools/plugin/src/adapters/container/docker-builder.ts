import type { RunTool } from './run-tool.ts';

/**
 * A builder of docker. The legacy builder and BuildKit inside the server put one image into the server's store; others
 * write several platforms, with the times of the commit, into a registry or a folder.
 */
export interface DockerBuilder {
  readonly kind: 'legacy' | 'server' | 'layout';
  /** It takes images and folders by name (`--build-context`), as BuildKit does since 0.10, which docker has since version 23. */
  readonly takesContexts: boolean;
  /** It pushes by digest, without a name, and keeps nothing of that: not said of the one in docker's server. */
  readonly pushes: boolean;
}

/** Asks for the builder that the user has chosen (`docker buildx use`, BUILDX_BUILDER). */
export async function findDockerBuilder(run: RunTool): Promise<DockerBuilder> {
  const [version, inspected, info] = await Promise.all([
    run('docker', ['buildx', 'version']),
    run('docker', ['buildx', 'inspect']),
    run('docker', ['info', '--format={{json .DriverStatus}}']),
  ]);
  if (version.code !== 0) return { kind: 'legacy', takesContexts: false, pushes: false };
  const driver = driverOf(inspected.stdout);
  // With containerd's store of images, BuildKit inside the server can do what it can elsewhere.
  const isInside = driver === undefined || driver === 'docker';
  const kind = isInside && !info.stdout.includes('io.containerd.snapshotter') ? 'server' : 'layout';
  const versions = [...inspected.stdout.matchAll(/^\s*BuildKit(?: version)?:\s*v0\.(\d+)/gim)];
  return { kind, takesContexts: versions.every(([, minor]) => Number(minor) >= 10), pushes: !isInside };
}

/** Reads the driver out of what `docker buildx inspect` prints. */
export function driverOf(inspected: string): string | undefined {
  return /^Driver:\s+(\S+)$/m.exec(inspected)?.[1];
}

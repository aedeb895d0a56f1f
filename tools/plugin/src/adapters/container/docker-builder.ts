import type { RunTool, ToolResult } from './run-tool.ts';

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
  /** Why nothing can be built with it now, as docker says it; undefined where nothing is known against it. */
  readonly trouble?: string | undefined;
  /** The answer of docker's server; a builder elsewhere does without. */
  readonly server?: ToolResult | undefined;
}

/** One machine of a builder. */
interface BuilderNode {
  readonly endpoint: string;
  /** `running`; others start when something is built, unless their driver cannot start them. */
  readonly status: string;
  readonly error: string;
}

/**
 * Asks for the builder that the user has chosen (`docker buildx use`, BUILDX_BUILDER). One command where that is elsewhere:
 * each starts docker, its plugin and again its plugin, and a release waits for them.
 */
export async function findDockerBuilder(run: RunTool): Promise<DockerBuilder> {
  const inspected = await run('docker', ['buildx', 'inspect']);
  // A builder that is not there can't be inspected either.
  if (inspected.code !== 0 && (await run('docker', ['buildx', 'version'])).code !== 0)
    return { kind: 'legacy', takesContexts: false, pushes: false, server: await askServer(run) };
  const driver = driverOf(inspected.stdout);
  const isInside = driver === undefined || driver === 'docker';
  const [server, hasSnapshots] = isInside ? await Promise.all([askServer(run), storesSnapshots(run)]) : [];
  const kind = isInside && !hasSnapshots ? 'server' : 'layout';
  const versions = [...inspected.stdout.matchAll(/^\s*BuildKit(?: version)?:\s*v0\.(\d+)/gim)];
  return {
    kind,
    takesContexts: versions.every(([, minor]) => Number(minor) >= 10),
    pushes: !isInside,
    trouble: await whyNotNow(driver, inspected, run),
    server,
  };
}

function askServer(run: RunTool): Promise<ToolResult> {
  return run('docker', ['version', '--format={{.Server.Version}}']);
}

/** With containerd's store of images, BuildKit inside the server can do what it can elsewhere. */
async function storesSnapshots(run: RunTool): Promise<boolean> {
  const { stdout } = await run('docker', ['info', '--format={{json .DriverStatus}}']);
  return stdout.includes('io.containerd.snapshotter');
}

/** Reads the driver out of what `docker buildx inspect` prints. */
export function driverOf(inspected: string): string | undefined {
  return /^Driver:\s+(\S+)$/m.exec(inspected)?.[1];
}

async function whyNotNow(driver: string | undefined, inspected: ToolResult, run: RunTool): Promise<string | undefined> {
  if (inspected.code !== 0) return inspected.lastLines.at(-1) ?? 'docker buildx inspect said nothing';
  const nodes = nodesIn(inspected.stdout);
  const troubles = await Promise.all(nodes.map((node) => whyNotOnNode(driver, node, run)));
  // One that answers is enough.
  return troubles.includes(undefined) ? undefined : troubles[0];
}

async function whyNotOnNode(
  driver: string | undefined,
  { endpoint, status, error }: BuilderNode,
  run: RunTool,
): Promise<string | undefined> {
  if (error !== '') return error;
  if (status === '' || status === 'running') return undefined;
  if (driver === 'remote') return `nothing answers at ${endpoint}`;
  if (driver !== 'docker-container') return undefined;
  // It is started by the docker server there, when something is built.
  const there = endpoint.includes('://') ? `--host=${endpoint}` : `--context=${endpoint}`;
  const { code, lastLines } = await run('docker', [there, 'version', '--format={{.Server.Version}}']);
  return code === 0 ? undefined : (lastLines.at(-1) ?? `no docker server answers at ${endpoint}`);
}

function nodesIn(inspected: string): BuilderNode[] {
  const [, listed = ''] = inspected.split(/^Nodes:\s*$/m);
  const field = (text: string, name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  return listed
    .split(/^(?=Name:)/m)
    .filter((text) => text.startsWith('Name:'))
    .map((text) => ({
      endpoint: field(text, 'Endpoint'),
      status: field(text, 'Status'),
      error: field(text, 'Error'),
    }));
}

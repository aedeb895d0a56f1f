import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { proxiedFetch } from '../../../plugin/src/adapters/proxy/proxied-fetch.ts';
import { Failure, ProductError, Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import type { PinnedFile, PinnedProgram } from '../versions.ts';
import { packageDiffers } from './package-differs.ts';

/** The kind of machine that a program is for. */
export interface Machine {
  /** As Node names it: `linux`, `darwin`. */
  readonly platform: string;
  /** As Node names it: `x64`, `arm64`. */
  readonly arch: string;
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Returns where the program for a machine is, and its SHA-256. @throws Refusal when there is none for it. */
export function downloadOf(program: PinnedProgram, { platform, arch }: Machine): { url: string; sha256: string } {
  const architecture = architectures[arch] ?? arch;
  const sha256 = program.sha256[`${platform}-${architecture}`];
  if (sha256 !== undefined) return { url: program.url(platform, architecture), sha256 };
  throw new Refusal({
    type: 'program-for-other-machines',
    doing: `download ${program.name} ${program.version}`,
    reason: `It is pinned for ${Object.keys(program.sha256).join(', ')}; this machine is ${platform}-${architecture}.`,
    remedy: `Install \`${program.name}\` yourself and run the same command again. On Windows, work in WSL 2.`,
  });
}

/** Downloads a program for a machine. @param path the program's path. @throws Refusal as `downloadFile`. */
export async function downloadProgram(
  program: PinnedProgram,
  machine: Machine,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = { name: `${program.name} ${program.version}`, ...downloadOf(program, machine) };
  await downloadFile(file, path, signal, 0o755);
}

/**
 * Downloads a file, through the environment's proxy where there is one, and puts it into place once its checksum was
 * compared: what differs, or is not whole, is not kept.
 * @param path the file's path.
 * @throws Refusal when it is another one than the one that was pinned.
 */
export async function downloadFile(
  { name, url, sha256 }: PinnedFile,
  path: string,
  signal: AbortSignal | undefined,
  mode = 0o644,
): Promise<void> {
  const content = await bytesOf(url, name, signal);
  const found = createHash('sha256').update(content).digest('hex');
  if (found !== sha256) throw packageDiffers(name, [`Expected sha256 ${sha256}`, `Got sha256 ${found}`]);
  mkdirSync(dirname(path), { recursive: true });
  const staging = `${path}.${process.pid}`;
  writeFileSync(staging, content);
  chmodSync(staging, mode);
  renameSync(staging, path);
}

async function bytesOf(url: string, specification: string, signal: AbortSignal | undefined): Promise<Buffer> {
  try {
    const response = await proxiedFetch(url)(url, signal === undefined ? {} : { signal });
    if (!response.ok) throw undownloadable(specification, `${url} answered with ${response.status}.`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof ProductError || signal?.aborted) throw error;
    throw undownloadable(specification, `${url} could not be read to its end: ${reasonOf(error)}`);
  }
}

/** Node's fetch hides the reason in a cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

function undownloadable(specification: string, reason: string): Failure {
  return new Failure({
    type: 'program-undownloadable',
    doing: `download ${specification}`,
    reason,
    remedy:
      'Check the network and HTTPS_PROXY, or install the program yourself, and run the same command again. As root on Linux, `--provider=built` builds a cluster without it.',
  });
}

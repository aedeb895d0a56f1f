import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../../model/errors/product-error.ts';
import type { CredentialsOf } from '../../model/image/credentials.ts';
import type { Digest } from '../../model/image/image-ref.ts';
import type { RemoteChart } from '../../model/manifests/rendering/remote-chart.ts';
import { formatBytes, mostBytes } from '../../model/limits/most-bytes.ts';
import type { Charts } from '../../ports/charts.ts';
import { readManifest, type Descriptor } from './manifest.ts';
import { digestOf, RegistryClient } from './registry-client.ts';
import { findCredentials } from './registry-credentials.ts';

/** Media type of the layer in which a chart is, as `helm push` writes it. */
const archiveType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/**
 * Charts in registries, fetched with the logins that images are fetched with. What was fetched is kept for this machine,
 * by its digest, so that the next time nobody is asked; whoever changed it there meanwhile has changed its digest.
 */
export class RegistryCharts implements Charts {
  private readonly client: RegistryClient;
  private readonly cache: string;
  private readonly fetching = new Map<string, Promise<Uint8Array>>();

  /** @param cache folder of what was fetched. */
  constructor(credentialsOf: CredentialsOf = findCredentials, cache = cacheFolder(process.env)) {
    this.client = new RegistryClient(credentialsOf);
    this.cache = cache;
  }

  archive(chart: RemoteChart): Promise<Uint8Array> {
    const known = this.fetching.get(chart.digest);
    if (known) return known;
    const fetching = this.find(chart);
    this.fetching.set(chart.digest, fetching);
    fetching.catch(() => this.fetching.delete(chart.digest));
    return fetching;
  }

  private async find(chart: RemoteChart): Promise<Uint8Array> {
    const manifest = await this.kept(chart.digest, () => this.fetch(chart, `manifests/${chart.digest}`));
    const layer = archiveIn(manifest, chart);
    return this.kept(layer.digest, () => this.fetch(chart, `blobs/${layer.digest}`));
  }

  private async fetch(chart: RemoteChart, path: string): Promise<Buffer> {
    const answer = await this.client.send(chart, { method: 'GET', path, expected: [404] });
    if (answer.status === 404) throw refusalOf(chart, `${chart.registry} does not have ${path.replace(/^\w+\//, '')}.`);
    return answer.body;
  }

  /** Returns what is kept by a digest, or else gets and keeps it. */
  private async kept(digest: Digest, get: () => Promise<Buffer>): Promise<Buffer> {
    const path = join(this.cache, digest.replace(':', '-'));
    const found = await readFile(path).catch(() => undefined);
    if (found && digestOf(found) === digest) return found;
    const got = await get();
    // Where nothing can be kept, it is fetched again the next time.
    await keep(path, got).catch(() => undefined);
    return got;
  }
}

async function keep(path: string, content: Buffer): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const begun = `${path}.${process.pid}`;
  await writeFile(begun, content);
  await rename(begun, path);
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'poc', 'charts');
}

function archiveIn(manifest: Buffer, chart: RemoteChart): Descriptor {
  const layer = readManifest(readJson(manifest)).blobs.find(({ mediaType }) => mediaType === archiveType);
  if (!layer) throw refusalOf(chart, 'This is no Helm chart: it has no layer of that kind.');
  if (layer.size > mostBytes.imageConfig)
    throw refusalOf(chart, `It is larger than ${formatBytes(mostBytes.imageConfig)}.`);
  return layer;
}

function readJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString());
  } catch {
    return undefined;
  }
}

function refusalOf(chart: RemoteChart, reason: string): Refusal {
  return new Refusal({
    type: 'no-chart',
    doing: `fetch the chart ${chart.toString()}`,
    reason,
    remedy: "Correct `chart` and `digest` in the service's `chart/oci.yaml`; `helm pull` prints the digest.",
  });
}

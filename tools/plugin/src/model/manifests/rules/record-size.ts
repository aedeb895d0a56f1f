import { gzipSync } from 'node:zlib';
import { Refusal } from '../../errors/product-error.ts';
import { formatBytes, mostBytes } from '../../limits/most-bytes.ts';
import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';
import type { ManifestSource } from '../source/manifest-source.ts';

const kibibyte = 1024;
/** Bytes of a record's manifests. The cluster's etcd takes requests of 1.5 MiB; the rest is for what is noted beside them. */
const mostPacked = 1400 * kibibyte;
/** Bytes of the manifests, unpacked: those that a record is read with, less the facts beside them. */
const mostUnpacked = mostBytes.record - 100 * kibibyte;
/** Of the manifests, the largest that are named. */
const mostNamed = 5;

/**
 * Keeps from being deployed what no record can hold: a record keeps all manifests of a release, to go back to them.
 * @throws {Refusal} naming the largest manifests and their sizes.
 */
export function refuseHugeRecord(
  service: string,
  objects: readonly KubernetesObject[],
  sources: ReadonlyMap<string, ManifestSource>,
): void {
  const [bytes, unpacked] = [bytesInRecord(objects), Buffer.byteLength(JSON.stringify(objects))];
  if (bytes <= mostPacked && unpacked <= mostUnpacked) return;
  const named = objects
    .map((object) => ({ what: describeObject(object), size: bytesInRecord([object]) }))
    .sort((a, b) => b.size - a.size)
    .slice(0, mostNamed)
    .map(({ what, size }) => `${sources.get(what)?.toString() ?? service}: ${what}: ${inKibibytes(size)}`);
  throw new Refusal({
    type: 'huge-manifests',
    doing: `keep the Kubernetes manifests of ${service} in a record`,
    reason:
      bytes > mostPacked
        ? `Compressed, they are ${inKibibytes(bytes)}, and the record of a deployment holds ${inKibibytes(mostPacked)} (etcd takes 1.5 MiB per object).`
        : `They are ${formatBytes(unpacked)}, and the record of a deployment holds ${formatBytes(mostBytes.record)}.`,
    remedy: 'Move large data into the image or a volume.',
    evidence: named,
  });
}

/** As records keep them: compressed, and as a text. */
function bytesInRecord(objects: readonly KubernetesObject[]): number {
  return Math.ceil(gzipSync(JSON.stringify(objects)).length / 3) * 4;
}

function inKibibytes(bytes: number): string {
  return `${Math.ceil(bytes / kibibyte)} KiB`;
}

import type { Environment } from '../../model/environment/environment.ts';
import { ProductError, Refusal } from '../../model/errors/product-error.ts';
import { catchProductError } from '../../model/errors/result.ts';
import { formatBytes } from '../../model/limits/most-bytes.ts';
import { ImageRef } from '../../model/image/image-ref.ts';
import type { Release } from '../../model/release/release.ts';
import type { CopyAmount } from '../../ports/image-registry.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import type { Reporter } from '../../ports/reporter.ts';
import { digestBeforePush } from '../verify/digest-before-push.ts';

/** A release, and the environment whose registry must have its image. */
interface SuppliedRelease {
  readonly release: Release;
  readonly environment: Pick<Environment, 'name' | 'registry'>;
  /** Registries that may have the image where the environment's own has not, the likeliest first; none when left out. */
  readonly imageSources?: readonly string[] | undefined;
}

/** Where the image of a release is before it is deployed. */
export interface ImageSupply {
  /** By its digest, in the environment's registry, or else where it is copied from: what it says of itself is the same. */
  readonly image: ImageRef;
  /** Set when the environment's registry does not have it. */
  readonly copy?: { readonly to: ImageRef; readonly amount: CopyAmount };
}

type Ports = Pick<ReleasePorts, 'registry'>;

/**
 * Finds the image of a release: in the environment's registry, or in another one, from which it is copied. Where there is one
 * registry for all, nothing is asked.
 * @throws {Refusal} when none has it, or the environment's has another image under its tag.
 */
export async function findImage(supplied: SuppliedRelease, ports: Ports): Promise<ImageSupply> {
  const { environment, imageSources = [] } = supplied;
  const own = imageIn(environment.registry, supplied);
  const others = [...new Set(imageSources)].filter((registry) => registry !== environment.registry);
  if (others.length === 0 || (await isComplete(own, ports))) return { image: own };
  const images = others.map((registry) => imageIn(registry, supplied));
  const from = await firstWithImage(images, ports);
  if (from) return { image: from, copy: { to: own, amount: await ports.registry.plannedCopy(from, own) } };
  if ((await digestBeforePush(own, ports)) !== undefined) return { image: own };
  const { service, buildNumber } = supplied.release;
  throw new Refusal({
    type: 'image-missing',
    doing: `deploy ${service} ${buildNumber} to ${environment.name}`,
    reason: `The registry ${own.registry} does not have ${own}, nor is it in ${others.join(' or ')}.`,
    remedy: 'Choose another release, or release again.',
  });
}

/** Brings an image to the environment's registry, where it is not there yet. @throws {ProductError} */
export async function supplyImage(
  { image, copy }: ImageSupply,
  {
    signal,
    ports,
    reporter,
  }: { readonly signal?: AbortSignal | undefined; readonly ports: Ports; readonly reporter: Reporter },
): Promise<void> {
  if (!copy) return;
  reporter.step(`copying ${image} to ${copy.to.tagged}: ${describeAmount(copy.amount)}`);
  const sent = await ports.registry.copy(image, copy.to, signal);
  reporter.step(`copied ${copy.to}: ${describeAmount(sent)}`);
  await catchProductError(
    () => ports.registry.lockTag(copy.to.withoutDigest()),
    (reason, remedy) => reporter.warn(`${reason} ${remedy}`),
  );
}

/** Says what a deploy would copy. */
export function tellSupply(
  { image, copy }: ImageSupply,
  { name }: Pick<Environment, 'name'>,
  reporter: Reporter,
): void {
  if (copy) reporter.step(`${name}: would copy ${image} to ${copy.to.tagged}: ${describeAmount(copy.amount)}`);
}

function imageIn(registry: string, { release: { service, buildNumber, imageDigest } }: SuppliedRelease): ImageRef {
  return ImageRef.of(registry, service, buildNumber.toString(), imageDigest);
}

/** Reports whether a registry has an image with all that comes with it: its tag is made last. One that was moved is the audit's. */
async function isComplete(own: ImageRef, ports: Ports): Promise<boolean> {
  const tagged = await digestBeforePush(own.withoutDigest(), ports);
  if (tagged === undefined || tagged === own.digest) return tagged !== undefined;
  return (await digestBeforePush(own, ports)) !== undefined;
}

/** @returns undefined when none has it. @throws the first error, when none has it and not all can be asked. */
async function firstWithImage(images: readonly ImageRef[], { registry }: Ports): Promise<ImageRef | undefined> {
  let failed: { readonly error: ProductError } | undefined;
  for (const image of images) {
    try {
      if ((await registry.digest(image)) !== undefined) return image;
    } catch (error) {
      if (!(error instanceof ProductError)) throw error;
      failed ??= { error };
    }
  }
  if (failed) throw failed.error;
  return undefined;
}

/** `3 blobs, 12 MiB`. */
function describeAmount({ blobs, bytes, mounted }: CopyAmount): string {
  const of = (count: number) => `${count} blob${count === 1 ? '' : 's'}`;
  const sent = blobs > 0 ? [`${of(blobs)}, ${formatBytes(bytes)}`] : [];
  const taken = mounted > 0 ? [`${of(mounted)} without being sent, as it is the same registry`] : [];
  const all = [...sent, ...taken];
  return all.length > 0 ? all.join(', ') : 'its manifest only, all else is there';
}

import type { PinnedBaseImage } from '../../model/image/base-images.ts';
import type { ImageRef } from '../../model/image/image-ref.ts';
import type { Build } from '../../model/release/image-labels.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { ServiceSource } from '../../ports/service-source.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';
import { askDigests } from '../observe/ask-digests.ts';

/** The base images of a build as they are now. */
export interface PinnedBases {
  /** Those that the build uses by the digests that were asked for just now. */
  readonly pinned: readonly PinnedBaseImage[];
  /** The facts of the build in which they are kept. */
  readonly recorded: Pick<Build, 'baseImages'>;
  /** The one that the image is on top of, with its digest where that is known. */
  readonly below: ImageRef | undefined;
}

/**
 * Asks registries for the base images of a service, so that the build takes exactly those that are recorded. One that is not
 * to be had there (a machine without a network, an image that this machine alone has) is as the engine finds it, and a line
 * says that nothing is recorded of it.
 */
export async function pinBaseImages(
  service: ServiceSource,
  source: { readonly commit: string } | 'working-tree',
  ports: Pick<ReleasePorts, 'registry'>,
  reporter: Reporter,
): Promise<PinnedBases> {
  const { images, below, unknown } = await service.baseImages(source);
  const moving = images.filter(({ image }) => image.digest === undefined);
  const found = await askDigests(
    moving.map(({ image }) => image),
    ports,
  );
  const pinned: PinnedBaseImage[] = [];
  for (const { name, written, image } of moving) {
    const answer = found.get(image.tagged)!;
    if ('reason' in answer) tellUnrecorded(name, answer.reason, ports, reporter);
    else {
      pinned.push({ name, written, image: image.withDigest(answer.digest) });
      reporter.detail(`base image ${image.tagged} is ${answer.digest}`);
    }
  }
  for (const name of unknown)
    tellUnrecorded(name, 'Which image that is depends on what is not known here.', ports, reporter);
  const baseImages = [...new Map(pinned.map(({ image }) => [image.tagged, image])).values()];
  const pin = ({ tagged }: ImageRef) => baseImages.find((image) => image.tagged === tagged);
  // Said also where it is nothing: an image inherits what it does not say.
  const recorded = images.length + unknown.length > 0 ? { baseImages } : {};
  return { pinned, recorded, below: below && (pin(below.image) ?? below.image) };
}

/** Reasons that were told, by the ports that the services of one command share. */
const told = new WeakMap<object, Set<string>>();

/** Without a network, all services of a command would say the same. */
function tellUnrecorded(
  name: string,
  reason: string,
  { registry }: Pick<ReleasePorts, 'registry'>,
  { step, detail }: Reporter,
): void {
  const reasons = told.get(registry) ?? new Set();
  const tell = reasons.has(reason) ? detail : step;
  told.set(registry, reasons.add(reason));
  tell(`base image ${name} is not recorded, so that its moves are not seen: ${reason}`);
}

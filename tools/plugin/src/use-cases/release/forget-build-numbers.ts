import { ProductError } from '../../model/errors/product-error.ts';
import type { BuildNumbers } from '../../ports/repository/build-numbers.ts';
import type { WithRepository } from '../../ports/repository/source-repository.ts';
import type { ReleasePorts } from '../../ports/release-ports.ts';

/** Milliseconds for which a number is kept that no release has: who took it is done, or dead. */
const keptFor = 30 * 86_400_000;
/** Fewer are not worth a connection. */
const fewest = 50;

/** Forgets old build numbers, beside other work. Never rejects: those that stay make listings longer, and nothing else. */
export async function forgetBuildNumbers(
  service: string,
  { repository, clock }: WithRepository<BuildNumbers> & Pick<ReleasePorts, 'clock'>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted) return;
  try {
    await repository.forgetBuildNumbers(service, new Date(clock().getTime() - keptFor), fewest);
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
  }
}

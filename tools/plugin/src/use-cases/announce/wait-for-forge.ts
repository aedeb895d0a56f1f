import { ProductError } from '../../model/errors/product-error.ts';
import type { Reporter } from '../../ports/reporter.ts';

/** The command that repairs a forge's missing reports. */
export const forgeRepair = 'Repair it with `nx run infrastructure:audit --repair`.';

/** Milliseconds that a command waits for the forge when all else is done. */
const patience = 20_000;
/** The same for a command that somebody stops: who stopped it kills it soon. */
const patienceWhenStopped = 3000;

/**
 * Waits for what a forge is being told, at the end of a command. What takes too long is left alone, and said.
 * @param pending promises that never reject.
 */
export async function waitForForge(
  pending: readonly Promise<void>[],
  signal: AbortSignal | undefined,
  reporter: Reporter,
): Promise<void> {
  if (pending.length === 0) return;
  const milliseconds = signal?.aborted ? patienceWhenStopped : patience;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, milliseconds, 'late')));
  const outcome = await Promise.race([Promise.all(pending), late]);
  clearTimeout(timer);
  if (outcome === 'late') reporter.warn(`GitHub has not answered for ${milliseconds / 1000} s. ${forgeRepair}`);
}

/** Why a forge was not told, as sentences. */
export function forgeTrouble(error: unknown): string {
  if (error instanceof ProductError) return `${error.facts.reason} ${error.facts.remedy}`;
  return `${error instanceof Error ? error.message : String(error)}.`;
}

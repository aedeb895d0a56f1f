import type { ApiChanges } from '../../changes/api/api-changes.ts';
import { Refusal } from '../../errors/product-error.ts';

/** The place where an API is about to be changed. */
export interface BreakingSituation {
  readonly service: string;
  readonly environment: { readonly name: string; readonly protected: boolean };
  /** The description's file. */
  readonly file: string;
  /** True when the person wants it so (`--allow-breaking`). */
  readonly isAllowed: boolean;
}

/**
 * Returns what may break clients of what is current, as lines (docs/decisions/0011-api-changes.md). It is asked on the way
 * forward only: going back takes from clients what they were given last.
 * @param changes from what is current to what is to be.
 * @throws {Refusal} where the environment is protected and it is not allowed.
 */
export function refuseBreaking(changes: ApiChanges, situation: BreakingSituation): string[] {
  const lines = breakingLines(changes);
  const { service, environment, file, isAllowed } = situation;
  if (lines.length === 0 || !environment.protected || isAllowed) return lines;
  const isKnown = changes.state === 'compared';
  throw new Refusal({
    type: 'api-breaks-clients',
    doing: `publish ${service} in ${environment.name}`,
    reason: isKnown
      ? 'Clients of what is current there may not work any more.'
      : 'It is unknown whether clients of what is current there would still work.',
    remedy: `Keep ${file} as it was and describe the new API beside it, as openapi.v2.yaml, or pass \`--allow-breaking\`.`,
    evidence: lines,
  });
}

function breakingLines(changes: ApiChanges): string[] {
  if (changes.state === 'unknown') return [changes.reason];
  if (changes.state === 'none') return [];
  return changes.operations
    .filter(({ isBreaking }) => isBreaking)
    .map(({ operation, change, reasons }) => {
      const why = reasons.filter(({ isBreaking }) => isBreaking).map(({ text }) => text);
      return why.length === 0 ? `${operation}: ${change}` : `${operation}: ${why.join('; ')}`;
    });
}

import type { Environment } from '../../../model/environment/environment.ts';
import { describeFreeze, freezeAt } from '../../../model/environment/freeze.ts';
import type { ErrorType } from '../../../model/errors/error-catalog.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Reporter } from '../../../ports/reporter.ts';

type WithFreeze = Pick<Environment, 'name' | 'freeze'>;

interface WithClock {
  readonly clock: Clock;
}

/** Something that is to be put into an environment, and what overrides a freeze. */
export interface FreezableRequest {
  /** The request, as a clause: `deploy orders to prod`. */
  readonly doing: string;
  readonly environment: WithFreeze;
  readonly force?: boolean;
  /** Without one, `force` overrides no freeze. */
  readonly reason?: string | undefined;
  /** The way out besides waiting, of commands that are not forced like deployments. */
  readonly instead?: string;
}

const forcing = 'now with `--force --reason=…`, which is recorded. `rollback` needs neither.';

/**
 * Requires that an environment is not frozen now. Going back is never refused: it is what one does in an emergency.
 * @returns what was overridden by `force` with a reason. @throws {Refusal} with the time when the freeze ends.
 */
export function requireNoFreeze(
  { doing, environment, force = false, reason, instead = forcing }: FreezableRequest,
  { clock }: WithClock,
): readonly ErrorType[] {
  const frozen = frozenLine(environment, clock);
  if (frozen === undefined) return [];
  if (force && reason !== undefined) return ['frozen'];
  throw new Refusal({
    type: 'frozen',
    doing,
    reason: force ? `${frozen}, and \`--force\` alone does not override that.` : `${frozen}.`,
    remedy: force ? 'Say why with `--reason=…`; it is recorded.' : `Run the same command then, or ${instead}`,
  });
}

/** The same; in a dry run it is told that the command would be refused. */
export function checkFreeze(
  request: FreezableRequest & { readonly dryRun: boolean },
  ports: WithClock,
  reporter: Reporter,
): void {
  if (!request.dryRun) return void requireNoFreeze(request, ports);
  const frozen = frozenLine(request.environment, ports.clock);
  if (frozen !== undefined) reporter.warn(`${frozen}: until then, this is refused`);
}

function frozenLine({ name, freeze = [] }: WithFreeze, clock: Clock): string | undefined {
  const found = freezeAt(freeze, clock());
  return found && `${name} ${describeFreeze(found)}`;
}

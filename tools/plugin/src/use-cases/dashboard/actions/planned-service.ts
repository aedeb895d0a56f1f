import type { PlannedCommit, PlannedService } from '../../../model/dashboard/action-plan.ts';
import type { ErrorType } from '../../../model/errors/error-catalog.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import { scrub } from '../../../model/secrets/line-scrubber.ts';
import { escapeControlCharacters } from '../../../model/text/escape-control-characters.ts';
import { describeOperationChanges } from '../../../model/changes/describe-changes.ts';
import type { ServiceCommit } from '../../../model/changes/release-diff.ts';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import type { ServiceSource } from '../../../ports/service-source.ts';
import { changes, type ChangesPoint } from '../../changes/changes.ts';
import type { ActionContext, PreparedService } from './action-context.ts';

/** Options that lift a refusal. The page has none of them: its dialog shows the command. */
const overrides: Partial<Record<ErrorType, string>> = {
  soaking: '--force',
  diverged: '--force',
  'lost-requests': '--force',
  'unhealthy-upstream': '--force',
  frozen: '--force --reason=…',
  downtime: '--allow-downtime',
  'api-breaks-clients': '--allow-breaking',
  'foreign-object': '--adopt',
};

/** Lines of one kind that are sent; the command shows all. */
const mostLines = 200;

/** The lines that a command prints while it plans. */
export interface PlanningLines {
  readonly reporter: Reporter;
  readonly checks: string[];
  readonly warnings: string[];
}

/** Returns a reporter that keeps what is said. */
export function planningLines(): PlanningLines {
  const [checks, warnings]: [string[], string[]] = [[], []];
  const keep = (lines: string[]) => (line: string) => void lines.push(shownLine(line));
  return { checks, warnings, reporter: { step: keep(checks), warn: keep(warnings), detail: () => {} } };
}

/** Returns a line as it may be shown: without secrets, and without characters that turn it round. */
export function shownLine(line: string): string {
  return escapeControlCharacters(scrub(line).slice(0, 4000));
}

/** Returns what is shown of a service, with nothing in the parts that are left out. */
export function plannedService(
  parts: Pick<PlannedService, 'service' | 'state' | 'sentence' | 'command'> & Partial<PlannedService>,
): PlannedService {
  const none: readonly never[] = [];
  const empty = { lost: none, gained: none, unknown: none, breaks: none, migrations: none };
  const planned = { ...empty, changes: none, checks: none, warnings: none, ...parts };
  return { ...planned, changes: planned.changes.slice(0, mostLines).map(shownLine) };
}

/** Returns what is shown of a service that is refused. @throws the error when it is none of the product. */
export function refusedService(
  error: unknown,
  service: string,
  command: string,
  { checks, warnings }: Pick<PlanningLines, 'checks' | 'warnings'>,
): PreparedService {
  if (!(error instanceof ProductError)) throw error;
  const { type, reason, remedy, evidence = [] } = error.facts;
  const override = overrides[type];
  const planned = plannedService({
    ...{ service, state: 'refused', sentence: shownLine(reason), command, checks, warnings },
    changes: evidence,
    refusal: {
      type,
      remedy: shownLine(remedy),
      ...(override === undefined ? {} : { override: `${command} ${override}` }),
    },
  });
  return { planned, shown: [], carryOut: undefined };
}

/** The part of a plan that comes of comparing what runs with what comes. */
export type Comparison = Pick<PlannedService, 'lost' | 'gained' | 'breaks' | 'unknown'>;

/** Compares what runs in an environment with what would run there, as `changes` does. */
export async function compare(
  service: ServiceSource,
  environment: Environment,
  to: ChangesPoint & { readonly name: string },
  { ports, environments }: Pick<ActionContext, 'ports' | 'environments'>,
): Promise<Comparison> {
  const none = { lost: [], gained: [], breaks: [], unknown: [] };
  try {
    const request = {
      service,
      environments: await environments(),
      from: { kind: 'environment', environment } as const,
      to,
    };
    const found = await changes(request, ports);
    // It turns the two round where what runs is the newer one.
    const isTurned = found.from.environment !== environment.name;
    const { api, commits, lostCommits, isHistoryCut } = found;
    const operations = api.state === 'compared' ? api.operations.filter(({ isBreaking }) => isBreaking) : [];
    return {
      gained: (isTurned ? lostCommits : commits).map(commitOf).slice(0, mostLines),
      lost: (isTurned ? commits : lostCommits).map(commitOf).slice(0, mostLines),
      breaks: isTurned ? [] : describeOperationChanges(operations).map(shownLine),
      unknown: [
        ...(isHistoryCut ? ['A part of the history could not be read: there may be more commits.'] : []),
        ...(api.state === 'unknown' ? [`The API cannot be compared. ${shownLine(api.reason)}`] : []),
      ],
    };
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    if (error.facts.type === 'not-deployed') return { ...none, unknown: [`It is the first in ${environment.name}.`] };
    return { ...none, unknown: [`Commits and API cannot be compared: ${shownLine(error.facts.reason)}`] };
  }
}

function commitOf({ id, author, subject }: ServiceCommit): PlannedCommit {
  return { id, author: shownLine(author), subject: shownLine(subject) };
}

/** Returns the names of the jobs among what would be applied. */
export function migrationsOf(objects: readonly unknown[]): string[] {
  return (objects as readonly KubernetesObject[]).flatMap(({ kind, metadata }) =>
    kind === 'Job' ? [metadata.name] : [],
  );
}

import { describeFieldWriters, type FieldWriter } from '../../model/observe/field-writers.ts';
import type { ChangeSet } from '../../ports/cluster.ts';
import type { Reporter } from '../../ports/reporter.ts';

/** Warns of fields that are taken from other owners, and of what the cluster warns of. */
export function warnOfChanges(environment: string, changes: ChangeSet, reporter: Reporter): void {
  warn(environment, changes, reporter);
  tellWriters(environment, changes, reporter, ({ isTakenOver }) => isTakenOver);
}

/** Says the same before anything is changed, and what of others would stay theirs: `--adopt` is decided then. */
export function foretellChanges(environment: string, changes: ChangeSet, reporter: Reporter): void {
  warn(environment, changes, reporter);
  tellWriters(environment, changes, reporter, () => true);
}

function warn(environment: string, changes: ChangeSet, reporter: Reporter): void {
  for (const { kind, name, takenOver = [], warnings = [] } of changes) {
    for (const text of warnings) reporter.warn(`${environment}: ${kind} ${name}: the cluster warns: ${text}`);
    for (const field of takenOver) reporter.warn(`${environment}: takes over ${kind} ${name}: ${field}`);
  }
}

function tellWriters(
  environment: string,
  changes: ChangeSet,
  reporter: Reporter,
  isReported: (writer: FieldWriter) => boolean,
): void {
  const told = changes.map(({ kind, name, writtenBy = [] }) => ({
    kind,
    name,
    writtenBy: writtenBy.filter(isReported),
  }));
  for (const line of describeFieldWriters(told)) reporter.step(`${environment}: ${line}`);
}

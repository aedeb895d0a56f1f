import { pluginPackage } from '../../../model/product/wire-names.ts';
import type { Left } from '../../../model/adoption/adoption.ts';
import type { AdoptReport } from './adopt-service.ts';

/** How a report is to be read. */
interface Reading {
  /** True when the edits are written. */
  readonly write: boolean;
  /** What is wrong besides the services' own files. */
  readonly left: readonly Left[];
  readonly isDone: boolean;
  /** Name of the target that releases. */
  readonly release: string;
}

/** Returns one list of all that a release would refuse: what an edit mends, what a person decides, and what comes next. */
export function describeAdoption(reports: readonly AdoptReport[], { write, left, isDone, release }: Reading): string[] {
  const services = reports.map(({ candidate }) => candidate.project);
  return [
    '',
    ...reports.flatMap((report) => describeService(report, write)),
    ...(left.length === 0 ? [] : ['Besides:', ...withHints(left), '']),
    closing(services, { write, isDone, release, canMend: reports.some(({ mended }) => mended.length > 0) }),
  ];
}

function describeService({ candidate, mended, left, notes }: AdoptReport, write: boolean): string[] {
  const { project, root } = candidate;
  const count = mended.length + left.length;
  if (count === 0) return [`${project} (${root}): nothing to mend.`, ''];
  return [
    `${project} (${root}): ${count} ${count === 1 ? 'thing' : 'things'} that a release would refuse, ${mended.length} of them ${write ? 'mended' : 'mended by --write'}.`,
    ...mended.flatMap(({ finding, edit }) => [`  ${finding}`, `    ${write ? 'mended' : 'would be mended'}: ${edit}`]),
    ...withHints(left),
    // Nothing is taken out where nothing is written.
    ...(write ? notes.map((line) => `  note: ${line}`) : []),
    '',
  ];
}

/** Lines with the same hint stand together, above it. */
function withHints(left: readonly Left[]): string[] {
  return left.flatMap(({ finding, hint }, index) => [
    `  ${finding}`,
    ...(left[index + 1]?.hint === hint ? [] : [`    hint: ${hint}`]),
  ]);
}

function closing(
  services: readonly string[],
  { write, isDone, release: target, canMend }: Omit<Reading, 'left'> & { readonly canMend: boolean },
): string {
  const names = services.join(' ');
  const release =
    services.length === 1 ? `nx run ${names}:${target}` : `nx run-many -t ${target} -p ${services.join(',')}`;
  if (isDone)
    return `Nothing is left. ${write && canMend ? 'Look through the edits, commit them, then' : 'Next'}: ${release} --dry-run`;
  if (!write && canMend)
    return `Nothing was changed. To mend what can be mended: nx g ${pluginPackage}:adopt ${services.length === 1 ? names : '--all'} --write`;
  return 'Mend what is left, and run the same command again: it ends with 0 when nothing is.';
}

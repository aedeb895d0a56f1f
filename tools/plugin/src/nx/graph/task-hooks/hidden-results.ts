import type { TaskResult } from '@nx/devkit';
import { serviceTargets } from '../targets.ts';
import { outcomeTable, type OutcomeRow } from './outcomes.ts';

/** Targets whose outcomes are shown in a table. */
const deployingTargets = ['release', 'k8s-deploy', 'promote', 'canary', 'rollback'];

/**
 * Returns the output of services that succeeded in a command for many: Nx shows that of failed tasks only, so that the
 * releases would not be seen. Below it the table of what was deployed, which stands for the lines of its own.
 * @param argv of Nx. @param shown `columns` of the terminal.
 */
export function hiddenResults(
  results: readonly TaskResult[],
  argv: readonly string[],
  outcomes: readonly OutcomeRow[] = [],
  { targetPrefix = '', columns }: { readonly targetPrefix?: string; readonly columns?: number | undefined } = {},
): string {
  const isForMany = argv.includes('run-many') || argv.includes('affected');
  if (!isForMany) return '';
  const nameOf = (target: string) => (target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : undefined);
  const isInTable = ({ target }: TaskResult['task']) =>
    deployingTargets.includes(nameOf(target.target) ?? '') &&
    outcomes.some(({ service }) => service === target.project);
  const texts = results
    .filter(
      ({ task, status }) => status === 'success' && Object.hasOwn(serviceTargets, nameOf(task.target.target) ?? ''),
    )
    .filter(({ task }) => !isInTable(task))
    .sort((a, b) => (a.task.id < b.task.id ? -1 : 1))
    .flatMap(({ task, terminalOutput }) =>
      terminalOutput && !isAllWell(nameOf(task.target.target), terminalOutput) ? [terminalOutput] : [],
    );
  const table = outcomeTable(outcomes, columns).map((line) => `${line}\n`);
  return [texts, table].map((part) => (part.length > 0 ? `\n${part.join('')}` : '')).join('');
}

/** A check that found nothing says so in one line, which a command for many does without. */
function isAllWell(target: string | undefined, output: string): boolean {
  return serviceTargets[target ?? '']?.cache === true && output.trim().split('\n').length === 1;
}

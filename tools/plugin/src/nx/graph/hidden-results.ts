import type { TaskResult } from '@nx/devkit';
import { serviceTargets } from './targets.ts';

/**
 * What services said that came out well, of a command for many: Nx shows the output of tasks that failed only, so that
 * nobody would learn what was released.
 * @param argv of Nx.
 */
export function hiddenResults(results: readonly TaskResult[], argv: readonly string[]): string {
  const isForMany = argv.includes('run-many') || argv.includes('affected');
  if (!isForMany) return '';
  const texts = results
    .filter(({ task, status }) => status === 'success' && Object.hasOwn(serviceTargets, task.target.target))
    .sort((a, b) => (a.task.id < b.task.id ? -1 : 1))
    .flatMap(({ terminalOutput }) => (terminalOutput ? [terminalOutput] : []));
  return texts.length > 0 ? `\n${texts.join('')}` : '';
}

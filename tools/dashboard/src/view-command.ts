import { computed } from '@preact/signals';
import { decodePart } from './decode-part.ts';
import { focus } from './grid/focus.ts';
import { commandOf } from './grid/open-cell.ts';
import { url } from './navigate.ts';

/** The command that says the same as what is shown: of the grid as its cell in focus, of another view as its address. */
export const shownCommand = computed(() => {
  const { pathname, searchParams } = url.value;
  if (pathname === '/') return commandOf(focus.value);
  const [view = '', name = '', tab = '', range = ''] = pathname.split('/').slice(1).map(decodePart);
  if (view === 's') return commandOfService(name, tab, range);
  if (view === 'commit') return whereIs(name);
  if (view === 'graph') return whereIs(searchParams.get('commit') ?? 'HEAD');
  return commandOfView[view] ?? 'nx run infrastructure:status';
});

function whereIs(commit: string): string {
  return `nx run infrastructure:where --commit=${commit}`;
}

const commandOfView: Readonly<Record<string, string>> = {
  activity: 'nx run-many -t history',
  delivery: 'nx run infrastructure:metrics',
  audit: 'nx run infrastructure:audit',
};

function commandOfService(service: string, tab: string, range: string): string {
  if (tab === 'objects') return `nx run ${service}:diff`;
  const [from, to] = range.split('..');
  if (tab === 'changes') {
    return ['nx run', `${service}:changes`, from && `--from=${from}`, to && `--to=${to}`].filter(Boolean).join(' ');
  }
  return `nx run ${service}:history`;
}

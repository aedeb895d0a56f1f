import { cellSentence, gapSentence } from '../cell-words.ts';
import type { DashboardRow, DashboardState, EnvironmentHead } from '../dashboard-state.ts';
import { KnownNow } from '../known-now.ts';
import { formatSecond } from '../../text/timestamp.ts';
import { escapeControlCharacters } from '../../text/escape-control-characters.ts';

/** Returns the grid as a table for readers without scripts. */
export function exportTable(state: DashboardState): string {
  const { rows, environments, branch, now } = new KnownNow().of(state);
  const at = new Date(now);
  const line = (row: DashboardRow) =>
    `<tr><th scope="row">${escapeHtml(row.service)}</th>${environments.map((head, place) => cell(row, head, environments[place - 1]?.name ?? branch.name, at)).join('')}</tr>`;
  return [
    '<table class="export-table">',
    '<caption>Services in their environments</caption>',
    `<thead><tr><th scope="col">Service</th>${environments.map(headCell).join('')}</tr></thead>`,
    `<tbody>${rows.map(line).join('\n')}</tbody>`,
    '</table>',
  ].join('\n');
}

function headCell({ name, isProtected, answer }: EnvironmentHead): string {
  const state =
    answer.state === 'unreachable'
      ? `could not be reached (${answer.reason})${answer.lastSeen ? `, last seen ${formatSecond(answer.lastSeen, 'UTC')}` : ''}`
      : 'answered';
  return `<th scope="col">${escapeHtml(name)}${isProtected ? ' (protected)' : ''}: ${escapeHtml(state)}</th>`;
}

/** The sentences that screen readers say, without the service, which the line begins with. */
function cell({ service, cells, gaps }: DashboardRow, head: EnvironmentHead, left: string, now: Date): string {
  const [found, gap] = [cells[head.name], gaps[head.name]];
  if (!found || found.state === 'absent') return '<td>not here</td>';
  const place = { head, gap, now, timeZone: 'UTC' };
  const said = cellSentence(service, found, place).slice(`${service} in ${head.name}: `.length);
  const between = gap && gap.kind !== 'none' && gap.kind !== 'same' ? ` ${gapSentence(gap, left, place)}` : '';
  return `<td>${escapeHtml(`${said}.${between}`)}</td>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Returns foreign text as HTML that shows it, and does nothing. */
export function escapeHtml(text: string): string {
  return escapeControlCharacters(text).replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

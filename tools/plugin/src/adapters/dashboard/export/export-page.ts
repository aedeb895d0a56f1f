import { createHash } from 'node:crypto';
import { splitExport, type DashboardExport } from '../../../model/dashboard/export/dashboard-export.ts';
import { escapeHtml, exportTable } from '../../../model/dashboard/export/export-table.ts';
import { pack } from '../../../model/dashboard/export/pack.ts';
import { formatSecond } from '../../../model/text/timestamp.ts';
import type { DashboardPage } from '../dashboard-page.ts';
import { visibleJson } from '../visible-json.ts';

/** By this an export is known as one that may be replaced. */
export const exportMark = '<meta name="generator" content="infrastructure:dashboard --export" />';

/**
 * Returns the page with all that it shows in one file. Browsers open it from the disk as well: its script is a classic one, for
 * modules are refused there, and nothing is loaded.
 */
export function exportPage(page: DashboardPage, found: DashboardExport): string {
  const textOf = (path: string) => page.get(path)!.body.toString('utf8');
  // What would end the element would be the bundle's own text; within strings `\/` is the same.
  const script = textOf('/dashboard.js')
    .replaceAll(/<\/(?=script)/gi, '<\\/')
    .replaceAll('<!--', '<\\!--');
  const style = textOf('/dashboard.css').replaceAll(/<\/(?=style)/gi, '<\\/');
  const { head, details } = splitExport(found);
  const { state, by, commit } = head;
  const asOf = `as of ${formatSecond(state.now, 'UTC')}, by ${by}, from ${commit.slice(0, 7)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
${exportMark}
<meta http-equiv="Content-Security-Policy" content="${securityPolicy(script, style)}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta name="referrer" content="no-referrer" />
<title>${escapeHtml(`${state.workspace}: dashboard`)}</title>
<link rel="icon" href="data:," />
<style>${style}</style>
</head>
<body>
<div id="page"></div>
<noscript>
<main class="export-plain">
<h1>${escapeHtml(state.workspace)}</h1>
<p>${escapeHtml(asOf)}. Without scripts this page is the table below; with them it has filters, deployments and changes.</p>
${exportTable(state)}
</main>
</noscript>
<script type="application/json" id="dashboard-export">${inScript(pack(head))}</script>
<script type="application/json" id="dashboard-export-details">${inScript(pack(details))}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** Nothing runs but what is in the file, and nothing is loaded. Who may frame it only a server can say. */
function securityPolicy(script: string, style: string): string {
  return [
    ...["default-src 'none'", `script-src '${hashOf(script)}'`, `style-src '${hashOf(style)}'`, 'img-src data:'],
    ...["base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'"],
  ].join('; ');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** JSON in which nothing ends the element, whatever others wrote. */
function inScript(value: unknown): string {
  return visibleJson(value).replaceAll('<', '\\u003c');
}

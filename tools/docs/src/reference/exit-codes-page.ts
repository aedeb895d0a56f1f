import { page, table } from './page.ts';

/** What a command of the plugin ends with (docs/decisions/0003-exit-codes.md). */
export const exitCodes: ReadonlyMap<number, { readonly meaning: string; readonly todo: string }> = new Map([
  [
    0,
    {
      meaning:
        'Done; or nothing to do, and what runs is healthy; or skipped, because a newer release or a hold is there',
      todo: 'Nothing',
    },
  ],
  [
    1,
    {
      meaning:
        'A failure: something was tried and did not succeed; or there was nothing to do, and what runs is not healthy',
      todo: 'The reason and the hint say it. A release that failed was rolled back, where there was one before it',
    },
  ],
  [
    2,
    {
      meaning:
        'A refusal: nothing was changed, the request has to change. Only when every task that failed was refused',
      todo: 'Change what the hint names, and run it again',
    },
  ],
  [
    3,
    {
      meaning:
        'Nothing failed, and a comparison found something: `diff` sees differences, `audit` sees something to do. `local-platform:status`: degraded',
      todo: 'Read the differences',
    },
  ],
  [130, { meaning: 'Interrupted (Ctrl-C). A rollout continues in the cluster', todo: 'Run the same command again' }],
]);

/** Returns the page of the exit codes. */
export function exitCodesPage(): string {
  const rows = [...exitCodes].map(([number, { meaning, todo }]) => [String(number), meaning, todo]);
  return page('Exit codes', '`tools/docs/src/reference/exit-codes-page.ts`', [
    ...table(['code', 'meaning', 'what to do'], rows),
    '',
    'Nx itself knows 0, 1 and 130. Codes 2 and 3 reach the shell where plugins run in Nx\u2019s own process: `NX_ISOLATE_PLUGINS=false` and `NX_DAEMON=false`, which generated pipelines set; `npx poc` in the place of `npx nx` does so anywhere. With the daemon, or with isolated plugins, `nx` alone ends a refusal with 1 ([why](../decisions/0003-exit-codes.md)). Scripts that tell more apart read the [type of an error](../errors.md), or `--json`.',
  ]);
}

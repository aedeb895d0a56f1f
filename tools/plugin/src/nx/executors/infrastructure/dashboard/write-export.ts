import { resolve } from 'node:path';
import { dashboardPage } from '../../../../adapters/dashboard/dashboard-page.ts';
import { exportPage } from '../../../../adapters/dashboard/export/export-page.ts';
import { refuseOtherFolder, writeExport } from '../../../../adapters/dashboard/export/write-export.ts';
import type { Board } from '../../../../use-cases/dashboard/board/board.ts';
import type { DetailContext } from '../../../../use-cases/dashboard/detail/detail-context.ts';
import { exportDashboard } from '../../../../use-cases/dashboard/export/export-dashboard.ts';
import { rejectSeveral } from '../../options/options.ts';
import { actorOf } from '../../running/actor.ts';
import type { InfrastructureRun } from '../../running/infrastructure-executor.ts';
import { Refusal } from '../../../../model/errors/product-error.ts';

/** The options of the command that say how the page comes to those who look at it. */
export interface ExportOptions {
  /** Folder, as it was given. */
  readonly export: string | undefined;
  readonly withoutPeople: boolean;
  readonly actions: boolean;
  readonly port: number | undefined;
  readonly open: boolean | undefined;
}

/** Bytes above which phones are slow to open it. */
const comfortable = 5_000_000;
const doing = 'export the dashboard';

/** @throws {Refusal} when options are given that say something of a served page only, or of an export only. */
export function refuseMixedOptions(options: ExportOptions): void {
  if (options.export === undefined) {
    if (!options.withoutPeople) return;
    const reason = '--without-people is an option of an export.';
    throw new Refusal({ type: 'bad-option', doing, reason, remedy: 'Add `--export=FOLDER`, or leave it out.' });
  }
  const served = { actions: options.actions, port: options.port !== undefined, open: options.open === true };
  for (const [name, isGiven] of Object.entries(served)) if (isGiven) rejectSeveral(['export', name], doing);
}

/** Writes the dashboard as files. @returns lines that say what they hold. @throws {Refusal} */
export async function writeDashboard(
  { folder, hasPeople }: { readonly folder: string; readonly hasPeople: boolean },
  { board, asked }: { readonly board: Board; readonly asked: DetailContext },
  run: Pick<InfrastructureRun, 'environments' | 'workspaceRoot' | 'reporter' | 'signal'>,
): Promise<readonly string[]> {
  const { workspaceRoot, reporter, signal } = run;
  const path = resolve(workspaceRoot, folder);
  await refuseOtherFolder(path);
  const names = (await asked.environments()).map(({ name }) => name);
  const found = await exportDashboard(
    {
      look: () => board.look(),
      by: actorOf(process.env).person,
      hasPeople,
      otherEnvironments: run.environments.map(({ name }) => name).filter((name) => !names.includes(name)),
    },
    asked,
    signal,
  );
  const { warn } = reporter('dashboard');
  for (const { name, answer } of found.state.environments)
    if (answer.state === 'unreachable') warn(`${name} could not be reached and is exported as that: ${answer.reason}`);
  const html = exportPage(await dashboardPage(workspaceRoot), found);
  const size = Buffer.byteLength(html);
  if (size > comfortable)
    warn(`The page has ${megabytes(size)}, which is slow on a phone: \`--env\` leaves environments out.`);
  await writeExport(html, path);
  const { length } = found.state.rows;
  const count = `${length.toLocaleString('en')} ${length === 1 ? 'service' : 'services'}`;
  return [`wrote ${count} of ${names.join(', ')} to ${folder}/index.html (${megabytes(size)})`];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

import { randomUUID } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { azureCommand } from '../../../../model/ci/output/azure-syntax.ts';
import { scrub } from '../../../../model/secrets/line-scrubber.ts';
import { ciOf } from '../../../../model/ci/ci-run.ts';

/** Puts Markdown on the page that a CI has of its run: GitHub's and Azure's. Others have none. */
export function showOnJobPage(env: NodeJS.ProcessEnv, text: string): void {
  const markdown = scrub(text);
  const ci = ciOf(env);
  const page = env['GITHUB_STEP_SUMMARY'];
  if (ci === 'github' && page) appendFileSync(page, markdown);
  if (ci !== 'azure') return;
  const file = join(env['AGENT_TEMPDIRECTORY'] || tmpdir(), `services-${randomUUID()}.md`);
  writeFileSync(file, markdown);
  // The agent takes it away when the job has ended, and shows it under the name that it has.
  console.log(azureCommand('task.uploadsummary', {}, file));
}

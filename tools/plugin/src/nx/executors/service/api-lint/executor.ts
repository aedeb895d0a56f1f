import { RedoclyLinter } from '../../../../adapters/redocly/redocly-linter.ts';
import { listFolder, readTextOf } from '../../../../adapters/workspace/text-files.ts';
import { apiFile, apiVersionsAmong } from '../../../../model/facade/api-version.ts';
import { lintApi, lintLines } from '../../../../use-cases/facade/lint-api.ts';
import { booleanOption } from '../../options/declare-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'api-lint',
  verb: 'lint the API of',
  options: { strict: booleanOption('Take warnings for errors') },
  examples: [
    { command: 'nx run orders:api-lint', description: 'Before a commit; `lint` and `release` run it first' },
    { command: 'nx affected -t api-lint --strict', description: 'All services that changed; a warning fails, too' },
  ],
  async run({ strict }, { service, environments, workspaceRoot, annotate }) {
    const { name, root } = service;
    const names = await listFolder(service.folder);
    const versions = apiVersionsAmong(names).map((version) => version.file());
    const files = [...(names.includes(apiFile) ? [apiFile] : []), ...versions];
    const isPublished = environments.some(({ facade }) => facade !== undefined);
    const request = { service: name, root, files, isPublished };
    const read = (path: string) => readTextOf(workspaceRoot, path);
    const findings = await lintApi(request, { read, linter: new RedoclyLinter() });
    for (const finding of findings.slice(0, mostAnnotations))
      annotate(finding.severity, finding.rule, finding.text, finding);
    return lintLines(request, findings, strict);
  },
});

/** GitHub shows ten of each severity of a step, and fifty of a job. */
const mostAnnotations = 50;

import { describeReleaseDiff } from '../../../../model/changes/describe-changes.ts';
import { releaseNotes } from '../../../../model/changes/release-notes.ts';
import { changes } from '../../../../use-cases/changes/changes.ts';
import { json, output } from '../../options/common-options.ts';
import { formatOption } from '../../options/declare-options.ts';
import { changesPointOption } from '../../options/changes-point.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'changes',
  verb: 'compare releases of',
  options: {
    from: changesPointOption(
      'An environment (what runs there), a build such as 20261124-1, or HEAD',
      'what runs in the last environment that has the service',
    ),
    to: changesPointOption('The same', 'HEAD, the checked-out commit'),
    markdown: formatOption('Print Markdown, as for the notes of a release'),
    json,
    output,
  },
  examples: [
    {
      command: 'nx run orders:changes',
      description: 'What the checked-out commit would bring to the last environment',
    },
    { command: 'nx run orders:changes --from=prod --to=preprod', description: 'What a promotion would bring' },
    {
      command: 'nx run orders:changes --from=prod --markdown --output=notes.md',
      description: 'Release notes in a file',
    },
  ],
  async run({ from, to, markdown, json: isJson }, { service, environments, ports }) {
    const found = await changes({ service, environments, from, to }, ports);
    if (isJson) return [JSON.stringify(found)];
    return markdown ? releaseNotes(found).trimEnd().split('\n') : describeReleaseDiff(found);
  },
});

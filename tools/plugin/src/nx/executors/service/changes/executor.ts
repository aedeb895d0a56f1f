import { describeReleaseDiff } from '../../../../model/changes/describe-changes.ts';
import { releaseNotes } from '../../../../model/changes/release-notes.ts';
import { changes } from '../../../../use-cases/changes/changes.ts';
import { changesPoint, type ChangesPointReader } from '../../options/changes-point.ts';
import { booleanOption, exclusive } from '../../options/options.ts';
import { batchOf, singleOf } from '../../running/service-batch.ts';
import type { ServiceExecutor } from '../../running/service-executor.ts';

interface Options {
  readonly from: ChangesPointReader | undefined;
  readonly to: ChangesPointReader | undefined;
  readonly markdown: boolean;
  readonly json: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'compare releases of',
  options: (service) => ({
    from: changesPoint(service),
    to: changesPoint(service),
    markdown: booleanOption,
    json: booleanOption,
  }),
  async run({ from, to, markdown, json }, { service, environments, ports }) {
    exclusive({ markdown, json }, `compare releases of ${service.name}`);
    const request = { service, environments, from: from?.(environments), to: to?.(environments) };
    const found = await changes(request, ports);
    if (json) return [JSON.stringify(found)];
    return markdown ? releaseNotes(found).trimEnd().split('\n') : describeReleaseDiff(found);
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);

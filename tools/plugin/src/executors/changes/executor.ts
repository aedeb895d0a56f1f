import { describeChanges } from '../../model/describe-changes.ts';
import { releaseNotes } from '../../model/release-notes.ts';
import { changes } from '../../release/changes.ts';
import { changesPoint, type ChangesPointReader } from '../changes-point.ts';
import { flag, oneOutput } from '../options.ts';
import { batchOf, singleOf } from '../service-batch.ts';
import type { ServiceExecutor } from '../service-executor.ts';

interface Options {
  readonly from: ChangesPointReader | undefined;
  readonly to: ChangesPointReader | undefined;
  readonly markdown: boolean;
  readonly json: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'tell the changes of',
  options: (service) => ({ from: changesPoint(service), to: changesPoint(service), markdown: flag, json: flag }),
  async run({ from, to, markdown, json }, { service, environments, ports }) {
    oneOutput({ markdown, json }, `tell the changes of ${service.name}`);
    const request = { service, environments, from: from?.(environments), to: to?.(environments) };
    const found = await changes(request, ports);
    if (json) return [JSON.stringify(found)];
    return markdown ? releaseNotes(found).trimEnd().split('\n') : describeChanges(found);
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);

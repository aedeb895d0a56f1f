import { status } from '../../release/status.ts';
import { statusFacts, statusGrid } from '../describe-status.ts';
import { environmentsAsked } from '../deploy-options.ts';
import { flag, optionalText } from '../options.ts';
import { batchOf, singleOf } from '../service-batch.ts';
import type { ServiceExecutor } from '../service-executor.ts';

interface Options {
  readonly env: string | undefined;
  readonly json: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'tell the status of',
  options: () => ({ env: optionalText, json: flag }),
  async run({ env, json }, { service, environments, services, branch, ports }) {
    const asked = environmentsAsked(environments, env);
    const request = { service: service.name, environments: asked, services: services(), branch };
    const found = await status(request, ports);
    return json ? found.services.map((each) => JSON.stringify(statusFacts(each))) : statusGrid(found);
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);

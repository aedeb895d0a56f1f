import { status } from '../../../../use-cases/observe/status.ts';
import { statusFacts, statusGrid } from '../../output/describe-status.ts';
import { selectedEnvironments } from '../../options/deploy-options.ts';
import { booleanOption, stringOption } from '../../options/options.ts';
import { batchOf, singleOf } from '../../running/service-batch.ts';
import type { ServiceExecutor } from '../../running/service-executor.ts';

interface Options {
  readonly env: string | undefined;
  readonly json: boolean;
}

export const executor: ServiceExecutor<Options> = {
  verb: 'show the status of',
  options: () => ({ env: stringOption, json: booleanOption }),
  async run({ env, json }, { service, environments, services, branch, ports, terminal }) {
    const asked = selectedEnvironments(environments, env);
    const request = { service: service.name, environments: asked, services: services(), branch };
    const found = await status(request, ports);
    return json
      ? found.services.map((each) => JSON.stringify(statusFacts(each)))
      : statusGrid(found, { terminal, now: ports.clock() });
  },
};

export default singleOf(executor);
export const batch = batchOf(executor);

import { status } from '../../../../use-cases/observe/status.ts';
import { statusFacts, statusGrid } from '../../output/describe-status.ts';
import { json, output } from '../../options/common-options.ts';
import { allEnvironmentsOption } from '../../options/environment-options.ts';
import { serviceExecutor } from '../../running/service-executor.ts';

export const executor = serviceExecutor({
  command: 'status',
  verb: 'show the status of',
  options: { env: allEnvironmentsOption(), json, output },
  examples: [
    { command: 'nx run orders:status', description: 'In all environments' },
    { command: 'nx run orders:status --env=preprod,prod', description: 'In two of them' },
  ],
  async run({ env: environments, json: isJson }, { service, services, branch, ports, terminal }) {
    const request = { service: service.name, environments, services: services(), branch };
    const found = await status(request, ports);
    return isJson
      ? found.services.map((each) => JSON.stringify({ ...statusFacts(each), frozen: found.frozen }))
      : statusGrid(found, { terminal, now: ports.clock() });
  },
});

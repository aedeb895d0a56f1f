import type { ServiceClone } from '../service-clone.ts';
import type { Stack } from '../stack.ts';
import { describeTrialRoutes } from './description.ts';

const routes = `
  getSlow: ({ params: { ms } }: FastifyRequest<{ Params: { ms: number } }>) =>
    new Promise((resolve) => setTimeout(() => resolve({ ms }), ms)),
  postEcho: ({ body }: FastifyRequest, reply: FastifyReply) => reply.type('application/json').send(JSON.stringify(body)),
  getCall: async () => ({ status: (await fetchInTrace(process.env['NEIGHBOUR']!)).status }),
};
`;

export const node: Stack = {
  name: 'node',
  program: ({ dist }) => ({
    command: process.execPath,
    args: ['--enable-source-maps', 'main.cjs'],
    cwd: dist,
    // The service is no part of whatever runs this.
    env: { NODE_OPTIONS: '' },
  }),
  isForeign: (path) => !['main.cjs', 'main.cjs.map'].includes(path),
  addTrialRoutes(service: ServiceClone) {
    describeTrialRoutes(service);
    const path = 'src/greeting-operations.ts';
    service.edit(
      path,
      "import type { FastifyRequest, Handlers } from '@poc/service-host';",
      "import { fetchInTrace, type FastifyReply, type FastifyRequest, type Handlers } from '@poc/service-host';",
    );
    service.edit(path, '\n};\n', routes);
  },
};

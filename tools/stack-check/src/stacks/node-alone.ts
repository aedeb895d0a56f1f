import type { Stack } from '../stack.ts';
import { node } from './node.ts';

const routes = `
  'GET /slow/{ms}': ({ ms }) => new Promise((resolve) => setTimeout(() => resolve({ ms }), Number(ms))),
  'POST /echo': (_, request) => readJson(request),
  'GET /call': async () => ({ status: (await fetchInTrace(process.env['NEIGHBOUR']!)).status }),
};
`;

/** Node without a host that services share, as the generator writes it in other workspaces than this one. */
export const nodeAlone: Stack = {
  ...node,
  name: 'node-alone',
  addTrialRoutes(service) {
    const path = 'src/greetings.ts';
    const imports = "import { readJson } from './json-body.js';\nimport { fetchInTrace } from './trace.js';\n";
    service.edit(
      path,
      "import { Problem } from './problem.js';\n",
      `import { Problem } from './problem.js';\n${imports}`,
    );
    service.edit(path, '\n};\n', routes);
  },
};

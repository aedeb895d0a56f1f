import type { ProjectGraph } from '@nx/devkit';
import { ReleaseScenario } from '../../../../../../twins/src/release-scenario.ts';
import { defaultOptions } from '../../../../model/workspace/plugin-options.ts';
import { targetsOfService } from '../../../graph/targets.ts';
import { plainTerminal } from '../../output/terminal.ts';
import type { InfrastructureRun } from '../../running/infrastructure-executor.ts';
import { executor } from './executor.ts';

/** The project `cart` is the service `orders`, and `@shop/pay` lost its target. */
function workspace() {
  const targets = targetsOfService(['Dockerfile'], defaultOptions);
  const nodes = {
    cart: { ...targets, release: { ...targets['release'], options: { service: 'orders' } } },
    '@shop/pay': { ...targets, release: { command: 'semantic-release' } },
  };
  const projectGraph = {
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([name, of]) => [name, { name, type: 'app', data: { root: 'x', targets: of } }]),
    ),
    dependencies: {},
  } as unknown as ProjectGraph;
  return { projectGraph, nxJsonConfiguration: {} };
}

async function run(options: { readonly json?: boolean; readonly matrix?: boolean }): Promise<string> {
  const scenario = new ReleaseScenario();
  const env = scenario.environments.filter(({ name }) => name === 'preprod');
  const given = { env, json: false, matrix: false, jobs: 4, offline: true, output: undefined, ...options };
  const { services, ports } = scenario;
  const context = { services, ports, service: () => scenario.service, terminal: plainTerminal, workspaceRoot: '/none' };
  const found = await executor.run(
    given as never,
    { ...context, workspace: workspace() } as unknown as InfrastructureRun,
  );
  return ('lines' in found ? found.lines : found).join('\n');
}

it('gives a CI the projects of what is outdated', async () => {
  const told = JSON.parse((await run({ matrix: true })).split('\n').at(-1)!) as { services: unknown };
  expect(told.services).toEqual([{ agent: 1, projects: 'cart' }]);
});

it('has a row of a service that lost its target release, and no job', async () => {
  expect(await run({})).toMatch(/^pay +none +.*`semantic-release` took the name/m);
  expect(JSON.parse(await run({ json: true }))).toEqual([
    expect.objectContaining({ service: 'orders' }),
    expect.objectContaining({ service: 'pay', environment: 'preprod', isLost: true }),
  ]);
});

import { createProjectGraphAsync, readJsonFile, type NxJsonConfiguration } from '@nx/devkit';
import { environmentNamed, readEnvironments } from '../../../plugin/src/adapters/workspace/environments.ts';
import { createPorts } from '../../../plugin/src/nx/executors/running/connections/create-ports.ts';
import { workspaceService } from '../../../plugin/src/nx/executors/running/workspace-service.ts';
import { silentReporter } from '../../../plugin/src/nx/executors/output/silent-reporter.ts';
import { planDeploy } from '../../../plugin/src/use-cases/deploy/plan-deploy.ts';
import { planVerified } from '../../../plugin/src/use-cases/deploy/plan-verified.ts';
import { planServicePublication } from '../../../plugin/src/use-cases/facade/plan-service-publication.ts';
import { newestRelease } from '../../../plugin/src/use-cases/revision/find-release.ts';
import { timed } from '../timing.ts';

/**
 * Plans once, in a process of its own, to deploy the newest release of orders to preprod, as `verified` or as `unverified`.
 * Prints the seconds of that alone: connections are new, the project graph is there.
 */
const [root = '', way] = process.argv.slice(2);
process.chdir(root);
const ports = createPorts(root, process.env);
const projectGraph = await createProjectGraphAsync({ exitOnError: true });
const nxJsonConfiguration = readJsonFile<NxJsonConfiguration>('nx.json');
const service = workspaceService('orders', { root, projectGraph, nxJsonConfiguration }, ports.repository);
const environments = await readEnvironments(root);
const release = (await newestRelease('orders', ports))!;
const target = {
  service,
  release,
  environment: environmentNamed(environments, 'preprod'),
  environmentNames: environments.map(({ name }) => name),
  actor: { person: 'bench', run: 'bench' },
  allowDowntime: false,
  adopt: false,
};
const seconds = await timed(() =>
  way === 'verified'
    ? planVerified(target, { mainBranch: 'main' }, ports, silentReporter)
    : Promise.all([planDeploy(target, ports, silentReporter), planServicePublication(target, ports)]),
);
console.log(JSON.stringify({ seconds }));
process.exit();

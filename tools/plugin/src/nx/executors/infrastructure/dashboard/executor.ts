import { dashboardPage } from '../../../../adapters/dashboard/dashboard-page.ts';
import { openBrowser } from '../../../../adapters/dashboard/open-browser.ts';
import { serveDashboard } from '../../../../adapters/dashboard/serve-dashboard.ts';
import { interruption } from '../../../../model/errors/interruption.ts';
import { actionRoutes } from '../../../../use-cases/dashboard/actions/action-routes.ts';
import { wakeByRuns } from '../../../../use-cases/dashboard/board/wake-by-runs.ts';
import { Board } from '../../../../use-cases/dashboard/board/board.ts';
import { detailRoutes } from '../../../../use-cases/dashboard/detail/detail-routes.ts';
import { anyPortOption, booleanOption, folderOption, maybe, onByDefaultOption } from '../../options/declare-options.ts';
import { allEnvironmentsOption } from '../../options/environment-options.ts';
import { infrastructureExecutor } from '../../running/infrastructure-executor.ts';
import { workspaceName } from '../../running/workspace-service.ts';
import { openActions } from './open-actions.ts';
import { serviceProjects } from './service-projects.ts';
import { refuseMixedOptions, writeDashboard } from './write-export.ts';

const port = anyPortOption('Port of this machine at which the page is served until it is stopped');
const open = onByDefaultOption('Open the page in the browser; `--open=false` only prints its address');

export const executor = infrastructureExecutor({
  command: 'infrastructure-dashboard',
  doing: 'show the dashboard',
  options: {
    env: allEnvironmentsOption(),
    port: { ...port, ...maybe(port) },
    open: { ...open, ...maybe(open) },
    actions: booleanOption('Let the page release, promote and go back, each after showing its plan'),
    export: folderOption('Write the page as one file to this folder, relative to the workspace, instead of serving it'),
    withoutPeople: booleanOption('Replace the names of people in an export'),
  },
  examples: [
    { command: 'nx run infrastructure:dashboard', description: 'Until Ctrl-C' },
    { command: 'nx run infrastructure:dashboard --port=8090 --open=false', description: 'Only print the address' },
    { command: 'nx run infrastructure:dashboard --export=dashboard', description: 'For the artifact of a CI' },
  ],
  async run({ env: environments, ...options }, run) {
    refuseMixedOptions(options);
    const { actions: hasActions, export: folder, withoutPeople } = options;
    const { services, service, branch, ports, workspaceRoot, workspace, signal } = run;
    const actions = hasActions ? await openActions(run) : undefined;
    const projects = serviceProjects(workspace?.projectGraph);
    const board = new Board(
      { workspace: workspaceName(workspaceRoot), hasActions, environments, services, projects, branch },
      ports,
    );
    const asked = { ports, mainBranch: branch, services, environments: () => Promise.resolve(environments), service };
    if (folder !== undefined) return writeDashboard({ folder, hasPeople: !withoutPeople }, { board, asked }, run);
    const routes = [...detailRoutes(asked), ...(actions ? actionRoutes(actions) : [])];
    if (actions) wakeByRuns(actions, (environment) => board.wake(environment));
    const page = await dashboardPage(workspaceRoot);
    const server = await serveDashboard({
      page,
      feed: board,
      routes,
      ...(actions && { runs: actions }),
      port: options.port ?? 0,
    });
    try {
      // On a line of its own: Nx may show tasks in boxes, where a longer line is broken.
      console.log(server.address);
      console.log('serving; press Ctrl-C to stop');
      if ((options.open ?? true) && !(await openBrowser(server.addressForOnce())))
        run.reporter('dashboard').warn('No browser could be opened here: open the address above by hand.');
      await board.watch(signal);
    } finally {
      // A bug ends it without a signal.
      await actions?.stop(signal.aborted ? signal.reason : interruption('the dashboard ended'));
      await server.close();
    }
    return [];
  },
});

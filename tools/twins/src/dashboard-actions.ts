import { ProductError } from '../../plugin/src/model/errors/product-error.ts';
import type { ServiceSource } from '../../plugin/src/ports/service-source.ts';
import type { ActionContext } from '../../plugin/src/use-cases/dashboard/actions/action-context.ts';
import type { DashboardActions } from '../../plugin/src/use-cases/dashboard/actions/actions.ts';
import { releaseIt } from './release-it.ts';
import type { ReleaseScenario } from './release-scenario.ts';

/** Returns the surroundings of a dashboard's actions in a scenario, which ada started. */
export function actionContextOf(
  scenario: ReleaseScenario,
  wishes: Partial<ActionContext> = {},
  services: readonly ServiceSource[] = [],
): ActionContext {
  let ids = 0;
  const context: ActionContext = {
    ports: scenario.ports,
    words: {
      deployed: (service, release, { name }, { state }) => `${service} ${release?.buildNumber}: ${state} in ${name}`,
      bug: (error) => Promise.resolve(['This is a bug', String(error)]),
      rolledBack: ({ release }, { state }) => [`${release.service} ${release.buildNumber}: ${state}`],
      changes: (changes) => changes.map(({ kind, name, action }) => `${kind} ${name} ${action}`),
      typed: (text) => text,
    },
    actor: { person: 'ada', run: 'ada@laptop' },
    mainBranch: 'main',
    timeoutMs: 1000,
    environments: async () => scenario.environments,
    service: (name) => services.find((each) => each.name === name) ?? scenario.service,
    build: async () => void (await releaseIt(scenario, { only: 'build' })),
    newId: () => `id-${++ids}`,
    anew: () => context,
    ...wishes,
  };
  return context;
}

/** Awaits that all runs have ended. */
export async function runsEnded(actions: DashboardActions): Promise<void> {
  if (!actions.isBusy) return;
  await new Promise<void>((resolve) => {
    const leave = actions.onEvent(() => {
      if (actions.isBusy) return;
      leave();
      resolve();
    });
  });
}

/** Returns `2 not-typed` of an action that is refused. */
export function refusalOf(action: Promise<unknown>): Promise<string> {
  return action.then(
    () => 'not refused',
    (error: unknown) => (error instanceof ProductError ? `${error.exitCode} ${error.facts.type}` : String(error)),
  );
}

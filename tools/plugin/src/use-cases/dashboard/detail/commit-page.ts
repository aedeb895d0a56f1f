import type { CommitInEnvironment, CommitPage } from '../../../model/dashboard/whereabouts.ts';
import { where, type EnvironmentWhereabouts } from '../../observe/where.ts';
import type { DetailContext } from './detail-context.ts';
import { withoutUndefined } from './shown-deployment.ts';

/** Returns where a commit has got to. @param id as a person names it. @throws {Refusal} when there is no such commit. */
export async function commitPage(id: string, context: DetailContext): Promise<CommitPage> {
  const { ports, services } = context;
  const environments = await context.environments();
  const found = await where({ commit: id, environments, services }, ports);
  return {
    now: ports.clock().toISOString(),
    commit: found.commit,
    isMerge: found.isMerge,
    environments: environments.map(({ name }) => name),
    services: found.services.map(({ service, releasedIn, environments: states }) => ({
      service,
      releasedIn: releasedIn.map(String),
      environments: states.map(commitInEnvironment),
    })),
  };
}

function commitInEnvironment(found: EnvironmentWhereabouts): CommitInEnvironment {
  if (found.state === 'absent' || found.state === 'unreachable') return found;
  const { environment, state, buildNumber, failed, since, hold } = found;
  const { actor, reason } = hold ?? {};
  const shownHold = actor && withoutUndefined({ by: actor.person, reason });
  return withoutUndefined({
    environment,
    state,
    build: buildNumber,
    failed,
    since,
    hold: shownHold,
  }) as CommitInEnvironment;
}

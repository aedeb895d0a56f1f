import { releaseNotes } from '../../../model/changes/release-notes.ts';
import type { AsJson, ServiceChanges } from '../../../model/dashboard/service-changes.ts';
import type { Environment } from '../../../model/environment/environment.ts';
import { BuildNumber } from '../../../model/release/build-number.ts';
import { changes, type Changes, type ChangesPoint } from '../../changes/changes.ts';
import { namedEnvironment, type DetailContext } from './detail-context.ts';

/**
 * Returns the differences between two releases of a service, older to newer.
 * @param points as they are typed: an environment, a build, `HEAD`; left away as `changes` has it.
 * @throws {Refusal} when one of the two is not to be found.
 */
export async function changesBetween(
  service: string,
  points: { readonly from: string | undefined; readonly to: string | undefined },
  context: DetailContext,
): Promise<ServiceChanges> {
  const environments = await context.environments();
  const [from, to] = [points.from, points.to].map((text) => (text ? readPoint(text, environments) : undefined));
  const found = await changes({ service: context.service(service), environments, from, to }, context.ports);
  return { changes: asJson(found), markdown: releaseNotes(found) };
}

function readPoint(text: string, environments: readonly Environment[]): ChangesPoint {
  if (text === 'HEAD') return { kind: 'head' };
  const buildNumber = BuildNumber.parse(text);
  if (buildNumber) return { kind: 'build', buildNumber };
  return { kind: 'environment', environment: namedEnvironment(environments, text) };
}

/** Build numbers as texts, as they are sent. */
function asJson(found: Changes): AsJson<Changes> {
  return JSON.parse(JSON.stringify(found)) as AsJson<Changes>;
}

import { shortCommit } from '../../model/commits/commit.ts';
import { approveCommand } from '../../model/plan/approve-command.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import type { DeployTarget } from '../deploy/plan-deploy.ts';
import { previewDeploy } from '../deploy/preview-deploy.ts';
import { foretellChanges } from '../deploy/warn-of-changes.ts';
import { describeChangeSet } from '../deploy/rollout/roll-out.ts';
import { tellPlanned } from '../deploy/rollout/rollout-publication.ts';
import { planServicePublication } from '../facade/plan-service-publication.ts';
import { previewImage } from './build-image.ts';
import { holdReporter } from './held-reporter.ts';
import { planPlace, releasePlatforms } from './release-platforms.ts';
import { canSign, reached, targetOf, type ReleaseRun } from './release-run.ts';
import type { ReleasePreview, ReleaseResult } from './release.ts';

/** Reports what a release would do, and refuses what it would refuse. */
export async function previewRelease(run: ReleaseRun, newest: Release | undefined): Promise<ReleaseResult> {
  const { request, reporter } = run;
  if (!newest) return previewBuild(run);
  reporter.step(`up to date with ${newest.buildNumber}; nothing to build`);
  const previews: ReleasePreview[] = [];
  for (const environment of reached(request))
    previews.push(await previewBuilt(targetOf(request, environment, newest), run));
  return { release: newest, built: false, deploys: [], previews };
}

async function previewBuild(run: ReleaseRun): Promise<ReleaseResult> {
  const { request, image, ports, reporter } = run;
  const { service, environments } = request;
  await canSign(run);
  // Which platforms it would be built for, their clusters say; what is to be told of them comes later.
  const planning = reached(request).map(async (environment) => {
    const held = holdReporter(reporter);
    return { held, place: await planPlace(run, environment, held.reporter) };
  });
  const planned = await Promise.all(planning);
  const platforms = releasePlatforms(
    service,
    environments,
    planned.map(({ place }) => place),
  );
  const buildNumber = await previewImage({ ...image, platforms }, ports, reporter);
  reporter.step(`would tag ${shortCommit(image.revision.commit)} as ${new ReleaseTag(service.name, buildNumber)}`);
  const forge = await ports.forge();
  if (!('reason' in forge)) reporter.step('would make a GitHub release of it');
  else if (!forge.isElsewhere) reporter.step(`no GitHub release: ${forge.reason}`);
  const previews: ReleasePreview[] = [];
  for (const { held, place } of planned) {
    const target = { ...place.target, release: { ...place.target.release, buildNumber } };
    tellCopy(target, run);
    held.tell();
    const publication = await planServicePublication(target, ports);
    foretellChanges(target.environment.name, place.changes, reporter);
    reporter.step(`${target.environment.name}: would deploy: ${describeChangeSet(place.changes)}`);
    tellPlanned(publication, target.environment, reporter);
    previews.push({ environment: target.environment.name, changes: place.changes });
  }
  return { release: undefined, built: false, deploys: [], previews };
}

/** Reports the effect of deploying a release that is built. */
async function previewBuilt(target: DeployTarget, { request, ports, reporter }: ReleaseRun): Promise<ReleasePreview> {
  const preview = await previewDeploy(target, request, ports, reporter);
  const { changes, plan } = preview;
  const { name } = target.environment;
  reporter.step(`${name}: would deploy: ${describeChangeSet(changes)}`);
  if (plan && target.environment.protected)
    reporter.step(`${name}: the plan is ${plan.id}; to approve of it: ${approveCommand(plan.work, plan.id)}`);
  return { environment: name, ...preview };
}

/** Reports how an environment would get the image: what is not built yet is copied as a whole. */
function tellCopy({ environment: { name, registry } }: DeployTarget, { image, reporter }: ReleaseRun): void {
  if (registry !== image.registry) reporter.step(`${name}: would copy the image from ${image.registry} to ${registry}`);
}

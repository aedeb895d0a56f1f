import { shortCommit } from '../../model/commits/commit.ts';
import { approveCommand } from '../../model/plan/approve-command.ts';
import type { Release } from '../../model/release/release.ts';
import { ReleaseTag } from '../../model/release/release-tag.ts';
import { planDeploy, type DeployTarget } from '../deploy/plan-deploy.ts';
import { previewDeploy } from '../deploy/preview-deploy.ts';
import { describeChangeSet } from '../deploy/rollout/roll-out.ts';
import { tellPlanned } from '../deploy/rollout/rollout-publication.ts';
import { planServicePublication } from '../facade/plan-service-publication.ts';
import { previewImage } from './build-image.ts';
import { canSign, reached, targetOf, unbuilt, type ReleaseRun } from './release-run.ts';
import type { ReleaseResult } from './release.ts';

/** Reports what a release would do, and refuses what it would refuse. */
export async function previewRelease(run: ReleaseRun, newest: Release | undefined): Promise<ReleaseResult> {
  const { request, image, ports, reporter } = run;
  let released = newest;
  if (!newest) await canSign(run);
  if (newest) reporter.step(`up to date with ${newest.buildNumber}; nothing to build`);
  else {
    const buildNumber = await previewImage(image, ports, reporter);
    reporter.step(
      `would tag ${shortCommit(image.revision.commit)} as ${new ReleaseTag(request.service.name, buildNumber)}`,
    );
    const forge = await ports.forge();
    if (!('reason' in forge)) reporter.step('would make a GitHub release of it');
    else if (!forge.isElsewhere) reporter.step(`no GitHub release: ${forge.reason}`);
    released = { ...unbuilt(image, ports), buildNumber };
  }
  for (const environment of reached(request)) {
    const target = targetOf(request, environment, released!);
    if (newest) await previewBuilt(target, run);
    else {
      tellCopy(target, run);
      const [{ changes }, publication] = await Promise.all([
        planDeploy(target, ports, reporter),
        planServicePublication(target, ports),
      ]);
      reporter.step(`${environment.name}: would deploy: ${describeChangeSet(changes)}`);
      tellPlanned(publication, environment, reporter);
    }
  }
  return { release: newest, built: false, deploys: [] };
}

/** Reports the effect of deploying a release that is built. */
async function previewBuilt(target: DeployTarget, { request, ports, reporter }: ReleaseRun): Promise<void> {
  const { changes, plan } = await previewDeploy(target, request, ports, reporter);
  const { name } = target.environment;
  reporter.step(`${name}: would deploy: ${describeChangeSet(changes)}`);
  if (plan) reporter.step(`${name}: the plan is ${plan.id}; to approve of it: ${approveCommand(plan.work, plan.id)}`);
}

/** Reports how an environment would get the image: what is not built yet is copied as a whole. */
function tellCopy({ environment: { name, registry } }: DeployTarget, { image, reporter }: ReleaseRun): void {
  if (registry !== image.registry) reporter.step(`${name}: would copy the image from ${image.registry} to ${registry}`);
}

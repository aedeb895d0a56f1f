import { Refusal } from '../../errors/product-error.ts';
import { describeObject, type KubernetesObject } from '../kubernetes-object.ts';
import { fieldAt } from '../source/object-fields.ts';

/** Reports whether nothing of a workload is rolled out until somebody resumes it. */
export function isPaused(object: KubernetesObject): boolean {
  return object.kind === 'Deployment' && fieldAt(object, 'spec', 'paused') === true;
}

/** The way out, as a sentence. */
export function howToResume({ metadata }: KubernetesObject): string {
  return `Resume it (\`kubectl rollout resume deployment/${metadata.name}\`).`;
}

/** @param predicted the object as it would be. @throws {Refusal} when it would be paused. */
export function refusePaused(predicted: KubernetesObject): void {
  if (!isPaused(predicted)) return;
  throw new Refusal({
    type: 'paused',
    doing: `check ${describeObject(predicted)}`,
    reason: `${describeObject(predicted)} is paused, so that nothing of it would be rolled out.`,
    remedy: `${howToResume(predicted)} Where the manifest says so, remove spec.paused.`,
  });
}

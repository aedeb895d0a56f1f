import type { NewDeploymentRecord } from '../../../model/deploy/deployment-record.ts';
import { scrub } from '../../../model/secrets/line-scrubber.ts';

/** Reasons are what people and logs said. The manifests stay: going back needs them as they are. */
export function withoutSecrets({ cause, hold, ...rest }: NewDeploymentRecord): NewDeploymentRecord {
  const scrubbed = <T extends { readonly reason?: string }>(about: T): T =>
    about.reason === undefined ? about : { ...about, reason: scrub(about.reason) };
  return { ...rest, cause: scrubbed(cause), ...(hold ? { hold: scrubbed(hold) } : {}) };
}

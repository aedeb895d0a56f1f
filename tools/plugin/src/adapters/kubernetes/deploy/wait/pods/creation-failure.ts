/** Why pods cannot be made. */
export interface CreationFailure {
  /** Clause after the name of what should have made them. */
  readonly summary: string;
  /** True when a policy says so, and says it again whenever it is asked; quotas and webhooks that are away pass. */
  readonly permanent: boolean;
}

/** Words of policies, and of the server about what it will never take. */
const refusal =
  /violates PodSecurity|ValidatingAdmissionPolicy|denied the request|is invalid:|is not allowed|(maximum|minimum) .* usage per/;

/** Reads the message of a `ReplicaFailure` condition. */
export function creationFailure(message: string): CreationFailure {
  return { summary: `cannot create its pods${causeOf(message)}`, permanent: refusal.test(message) };
}

function causeOf(message: string): string {
  const quota = /exceeded quota: ([^,\s]+)/.exec(message)?.[1];
  if (quota !== undefined) return `: the ResourceQuota ${quota} forbids it`;
  const level = /violates PodSecurity "([^"]+)"/.exec(message)?.[1];
  if (level !== undefined) return `: the namespace's Pod Security level ${level} rejects them`;
  const policy = /ValidatingAdmissionPolicy '([^']+)'/.exec(message)?.[1];
  if (policy !== undefined) return `: the ValidatingAdmissionPolicy ${policy} rejects them`;
  const away = /failed calling webhook "([^"]+)"/.exec(message)?.[1];
  if (away !== undefined) return `: the admission webhook ${away} does not answer`;
  const webhook = /admission webhook "([^"]+)"/.exec(message)?.[1];
  return webhook === undefined ? '' : `: the admission webhook ${webhook} rejects them`;
}

/**
 * Why pods cannot be made, as a clause after the name of what should have made them.
 * @param message of the `ReplicaFailure` condition.
 */
export function creationFailure(message: string): string {
  const quota = /exceeded quota: ([^,\s]+)/.exec(message)?.[1];
  if (quota !== undefined) return `cannot create its pods: the ResourceQuota ${quota} forbids it`;
  const level = /violates PodSecurity "([^"]+)"/.exec(message)?.[1];
  if (level !== undefined) return `cannot create its pods: the namespace's Pod Security level ${level} rejects them`;
  const policy = /ValidatingAdmissionPolicy '([^']+)'/.exec(message)?.[1];
  if (policy !== undefined) return `cannot create its pods: the ValidatingAdmissionPolicy ${policy} rejects them`;
  const webhook = /admission webhook "([^"]+)"/.exec(message)?.[1];
  if (webhook !== undefined) return `cannot create its pods: the admission webhook ${webhook} rejects them`;
  return 'cannot create its pods';
}

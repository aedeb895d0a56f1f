/**
 * Why pods cannot be made, as a clause after the name of what should have made them.
 * @param message of the `ReplicaFailure` condition.
 */
export function creationFailure(message: string): string {
  const quota = /exceeded quota: ([^,\s]+)/.exec(message)?.[1];
  if (quota !== undefined) return `cannot make its pods: the ResourceQuota ${quota} does not let it`;
  const level = /violates PodSecurity "([^"]+)"/.exec(message)?.[1];
  if (level !== undefined)
    return `cannot make its pods: the namespace's Pod Security level ${level} does not admit them`;
  const policy = /ValidatingAdmissionPolicy '([^']+)'/.exec(message)?.[1];
  if (policy !== undefined) return `cannot make its pods: the ValidatingAdmissionPolicy ${policy} does not admit them`;
  const webhook = /admission webhook "([^"]+)"/.exec(message)?.[1];
  if (webhook !== undefined) return `cannot make its pods: the admission webhook ${webhook} does not admit them`;
  return 'cannot make its pods';
}

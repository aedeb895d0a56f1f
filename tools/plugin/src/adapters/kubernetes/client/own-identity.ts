import type { Actor } from '../../../model/release/actor.ts';
import { nameOf } from '../../../model/ci/ci-run.ts';
import type { KubernetesApi } from './api.ts';

const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

/** The account of this connection, as the server names it: asked once. Nothing that a person sets can change it. */
export class OwnIdentity {
  private readonly api: KubernetesApi;
  private asked: Promise<string | undefined> | undefined;

  constructor(api: KubernetesApi) {
    this.api = api;
  }

  /** @returns undefined where the server does not say: before Kubernetes 1.28, or to those who may not ask. */
  name(): Promise<string | undefined> {
    return (this.asked ??= this.ask());
  }

  /** Returns a record with it, as the account that writes it. */
  async sign<T extends { readonly actor: Actor }>(record: T): Promise<T> {
    const identity = await this.name();
    return identity === undefined ? record : { ...record, actor: { ...record.actor, identity } };
  }

  private async ask(): Promise<string | undefined> {
    try {
      const answer = await this.api.send('POST', path, { body, repeatable: true });
      const { status } = answer as { status?: { userInfo?: { username?: unknown } } };
      const name = status?.userInfo?.username;
      return typeof name === 'string' ? nameOf(name) : undefined;
    } catch {
      // A record without it is better than none; what else fails with the server tells why.
      this.asked = undefined;
      return undefined;
    }
  }
}

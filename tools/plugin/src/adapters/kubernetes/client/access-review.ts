import { provisioningFolder } from '../../../model/workspace/places.ts';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { describeAccesses, isGranted, type Access, type AccessRule } from './access-rules.ts';
import { ApiError } from './api-error.ts';
import type { NamespaceApi } from './namespace-client.ts';

/** Milliseconds after which a server is asked again that may not know roles yet. */
const settlePause = 1000;
const group = '/apis/authorization.k8s.io/v1';

/** The rights of this account in a namespace, as far as it was asked for them. */
export class AccessReview {
  private readonly place: NamespaceApi;
  private rules: Promise<readonly AccessRule[]> | undefined;

  constructor(place: NamespaceApi) {
    this.place = place;
  }

  /** Makes sure of rights, before they are needed. @param doing what they are needed for. @throws {Refusal} naming all that lack. */
  async require(needed: readonly Access[], doing: string): Promise<void> {
    const { api, namespace } = this.place;
    let missing = await this.missing(needed);
    // A server that was just started knows no roles for a moment, and says so as if there were none.
    while (missing.length > 0 && api.isSettling) {
      await pause(settlePause);
      this.rules = undefined;
      missing = await this.missing(needed);
    }
    if (missing.length === 0) return;
    const lines = describeAccesses(missing);
    const what = lines.length === 1 ? `may not ${lines[0]}` : `lacks rights on ${lines.length} resources`;
    throw new Refusal({
      type: 'forbidden',
      doing,
      reason: `This account ${what} in the namespace "${namespace}" of the cluster ${api.context}.`,
      remedy: `Give it ${missing.length === 1 ? 'this right' : 'these rights'} there (the Role is in ${provisioningFolder}), or use another context.`,
      ...(lines.length === 1 ? {} : { evidence: lines.map((line) => `may not ${line}`) }),
    });
  }

  /** Returns those rights that the account does not have. */
  private async missing(needed: readonly Access[]): Promise<Access[]> {
    const rules = await this.readRules();
    // Not all authorizers can list what they grant.
    const open = needed.filter((access) => !isGranted(rules, access));
    const answers = await Promise.all(open.map((access) => this.isAllowed(access)));
    return open.filter((_, index) => !answers[index]);
  }

  private readRules(): Promise<readonly AccessRule[]> {
    this.rules ??= this.ask<{ resourceRules?: readonly AccessRule[] }>('SelfSubjectRulesReview', {
      namespace: this.place.namespace,
    }).then(
      ({ resourceRules = [] }) => resourceRules,
      (error: unknown) => {
        this.rules = undefined;
        // Who may not ask for all of them may ask for each.
        if (error instanceof ApiError && (error.code === 403 || error.code === 404)) return [];
        throw error;
      },
    );
    return this.rules;
  }

  private async isAllowed({ verb, group, resource: path, name }: Access): Promise<boolean> {
    const [resource, subresource] = path.split('/');
    const { namespace } = this.place;
    const resourceAttributes = { namespace, verb, group, resource, subresource, name };
    const { allowed } = await this.ask<{ allowed?: boolean }>('SelfSubjectAccessReview', { resourceAttributes });
    return allowed === true;
  }

  private async ask<T extends object>(kind: string, spec: object): Promise<T> {
    const answer = (await this.place.api.send('POST', `${group}/${kind.toLowerCase()}s`, {
      body: { apiVersion: 'authorization.k8s.io/v1', kind, spec },
      repeatable: true,
    })) as KubernetesObject & { status?: T };
    return answer.status ?? ({} as T);
  }
}

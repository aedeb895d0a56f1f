import type { KubernetesObject } from '../../../model/manifests/kubernetes-object.ts';
import { ProductError } from '../../../model/errors/product-error.ts';
import type { UnreadKind } from '../../../ports/cluster.ts';
import { ApiError, explainApiError } from '../client/api-error.ts';
import type { NamespaceClient } from '../client/namespace-client.ts';

/**
 * The kinds of objects that cannot be listed, found while they are: this account may not, or what serves them is away.
 * They concern the services that have objects of the kind, and no others.
 */
export class ReadableKinds {
  private readonly unread = new Map<string, UnreadKind>();
  private readonly place: NamespaceClient;

  constructor(place: NamespaceClient) {
    this.place = place;
  }

  /**
   * Returns the objects of a kind, none where it cannot be read.
   * @param kind `apps/v1/Deployment`.
   * @throws what concerns all kinds: a server that is not reached, a login that has expired.
   */
  async read(kind: string, list: () => Promise<KubernetesObject[]>): Promise<KubernetesObject[]> {
    try {
      return await list();
    } catch (error) {
      const explained = isOfThisKind(error) ? explainApiError(error, `list ${kind}`, this.place.api) : undefined;
      if (!(explained instanceof ProductError)) throw error;
      const { reason, remedy } = explained.facts;
      this.unread.set(kind, { kind, reason, remedy });
      return [];
    }
  }

  /** Returns those among the kinds of a service's objects that could not be read. */
  unreadOf(kinds: readonly string[]): UnreadKind[] {
    return kinds.flatMap((kind) => this.unread.get(kind) ?? []);
  }

  /** Reports whether an object's kind could not be read. @param identity `apps/Deployment/orders`. */
  hides(identity: string): boolean {
    return [...this.unread.keys()].some((kind) => identity.startsWith(`${identityPrefixOf(kind)}/`));
  }
}

/** `apps/v1/Deployment` as `apps/Deployment`, `v1/Service` as `/Service`: identities are without the API's version. */
function identityPrefixOf(kind: string): string {
  const parts = kind.split('/');
  return `${parts.length === 3 ? parts[0] : ''}/${parts.at(-1)}`;
}

/** Reports whether a failure concerns the kind that was asked for, rather than the server or the login. */
function isOfThisKind(error: unknown): boolean {
  if (error instanceof ApiError) return error.code !== 401;
  return error instanceof ProductError && ['cluster-object', 'not-kept'].includes(error.facts.type);
}

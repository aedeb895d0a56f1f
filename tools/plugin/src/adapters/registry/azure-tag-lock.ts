import type { Agent } from 'node:https';
import type { ImageRef } from '../../model/image/image-ref.ts';
import { noProxyOfItsOwn } from '../azure/azure-transport.ts';
import { ProductError, Refusal } from '../../model/errors/product-error.ts';

/** A way for Azure's own client to the registry. */
export interface AzureTagAccess {
  readonly agent: Agent;
  /** The `Authorization` that a challenge asks for, by whatever login there is. */
  authorize(challenge: string): Promise<string>;
}

/**
 * Removes everybody's right to move or delete a tag.
 * @throws {Refusal} the registry does not do it.
 */
export async function lockAzureTag(image: ImageRef, { agent, authorize }: AzureTagAccess): Promise<void> {
  const { registry, repository, tag = '' } = image;
  const { ContainerRegistryClient } = await import('@azure/container-registry');
  const client = new ContainerRegistryClient(`https://${registry}`, {
    proxyOptions: noProxyOfItsOwn,
    redirectOptions: { maxRetries: 0 },
    retryOptions: { maxRetries: 2, maxRetryDelayInMs: 2000 },
    additionalPolicies: [
      {
        position: 'perRetry',
        policy: {
          name: 'login',
          // The client logs in with Azure's tokens only; docker's login may be a password, or a token of the registry.
          async sendRequest(request, next) {
            request.agent = agent;
            const answer = await next(request);
            const challenge = answer.headers.get('www-authenticate');
            const isOfRegistry = new URL(request.url).origin === new URL(`https://${registry}`).origin;
            if (answer.status !== 401 || challenge === undefined || !isOfRegistry) return answer;
            request.headers.set('authorization', await authorize(challenge));
            return next(request);
          },
        },
      },
    ],
  });
  try {
    await client.getArtifact(repository, tag).updateTagProperties(tag, { canWrite: false, canDelete: false });
  } catch (cause) {
    const why = cause instanceof ProductError ? cause.facts.reason : whyNot(cause);
    throw new Refusal({
      type: 'image-tag-not-locked',
      doing: `lock the tag ${image.tagged}`,
      reason: `The tag ${image.tagged} is not locked, so that it could be moved or deleted: ${why}`,
      remedy: `Give the login the right to write metadata, or lock it with \`az acr repository update --name ${registry.split('.')[0]} --image ${repository}:${tag} --write-enabled false --delete-enabled false\`.`,
      cause,
    });
  }
}

function whyNot(cause: unknown): string {
  const { statusCode, code, message } = cause as { statusCode?: number; code?: string; message?: string };
  return statusCode === undefined ? `${code ?? message}.` : `the registry answered with ${statusCode}.`;
}

import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { Failure } from '../../model/errors/product-error.ts';

/**
 * Returns a policy that sends nothing to another origin than that of the management API. The next page of a list, and where
 * to ask how an operation goes on (`Location`, `Azure-AsyncOperation`), are addresses in its answers, and Azure's own
 * libraries ask there with the token.
 * @param host its address.
 */
export function sameHostPolicy(host: string, instance: string): PipelinePolicy {
  const { origin } = new URL(host);
  return {
    name: 'sameHost',
    sendRequest(request, next) {
      const asked = new URL(request.url).origin;
      if (asked === origin) return next(request);
      throw new Failure({
        type: 'facade-leads-astray',
        doing: `ask ${instance} in Azure`,
        reason: `An answer of ${origin} leads to ${asked}, where Azure's token is not sent.`,
        remedy: 'Check "facade.endpoint" in the environment file, and the proxy between.',
      });
    },
  };
}

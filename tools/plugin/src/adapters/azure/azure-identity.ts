import type { DefaultAzureCredentialOptions, TokenCredential } from '@azure/identity';
import type { HttpClient } from '@azure/core-rest-pipeline';
import { proxyRemedy } from '../proxy/proxy-trouble.ts';
import { azureTransport } from './azure-transport.ts';

/** Returns the identity that this machine has in Azure: service principal, workload identity, `az login`, managed identity. */
export async function findAzureIdentity(given: DefaultAzureCredentialOptions = {}): Promise<TokenCredential> {
  // It takes 0.4 s to load.
  const azure = await import('@azure/identity');
  const { httpClient, ...transport } = await azureTransport();
  const troubles = new Set<string>();
  const options = { ...transport, httpClient: notingTroubles(httpClient, troubles), ...given };
  const { AZURE_TOKEN_CREDENTIALS: chosen, AZURE_FEDERATED_TOKEN_FILE: federated } = process.env;
  const fallback = new azure.DefaultAzureCredential(options);
  if (chosen) return tellingTroubles(fallback, troubles);
  // By itself it would ask the machine's managed identity before `az login`. On an agent in Azure that is the agent's
  // own one, and not the one that the pipeline has logged in with.
  const chain = new azure.ChainedTokenCredential(
    new azure.EnvironmentCredential(options),
    ...(federated ? [new azure.WorkloadIdentityCredential(options)] : []),
    new azure.AzureCliCredential(),
    fallback,
  );
  return tellingTroubles(chain, troubles);
}

/** Notes what a proxy does not let through: Azure's libraries say no more of it than that an address was not found. */
function notingTroubles(client: HttpClient, troubles: Set<string>): HttpClient {
  return {
    sendRequest: (request) =>
      client.sendRequest(request).catch((error: NodeJS.ErrnoException) => {
        const told = `${new URL(request.url).host}: ${error.code ?? error.message}`;
        if (proxyRemedy(told) !== undefined) troubles.add(told);
        throw error;
      }),
  };
}

function tellingTroubles(credential: TokenCredential, troubles: Set<string>): TokenCredential {
  return {
    getToken: async (...asked) => {
      troubles.clear();
      try {
        return await credential.getToken(...asked);
      } catch (cause) {
        if (troubles.size === 0) throw cause;
        throw new Error([...troubles, (cause as Error).message].join('\n'), { cause });
      }
    },
  };
}

/** Returns what to do where no way gives a token. @param usual where no proxy is why. */
export function identityRemedy(cause: unknown, usual: string): string {
  return proxyRemedy(identityProblems(cause).join(' ')) ?? usual;
}

/** Returns what each way of getting a token says, once. @param cause as the identity threw it. */
export function identityProblems(cause: unknown): string[] {
  const lines = String((cause as Error).message)
    .split('\n')
    .map((line) => line.trim().slice(0, 300));
  return [...new Set(lines)].filter((line) => line !== '').slice(0, 12);
}

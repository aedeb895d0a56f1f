import type { DefaultAzureCredentialOptions, TokenCredential } from '@azure/identity';

/** Returns the identity that this machine has in Azure: service principal, workload identity, `az login`, managed identity. */
export async function findAzureIdentity(options: DefaultAzureCredentialOptions = {}): Promise<TokenCredential> {
  // It takes 0.4 s to load.
  const azure = await import('@azure/identity');
  const { AZURE_TOKEN_CREDENTIALS: chosen, AZURE_FEDERATED_TOKEN_FILE: federated } = process.env;
  const fallback = new azure.DefaultAzureCredential(options);
  if (chosen) return fallback;
  // By itself it would ask the machine's managed identity before `az login`. On an agent in Azure that is the agent's
  // own one, and not the one that the pipeline has logged in with.
  return new azure.ChainedTokenCredential(
    new azure.EnvironmentCredential(options),
    ...(federated ? [new azure.WorkloadIdentityCredential(options)] : []),
    new azure.AzureCliCredential(),
    fallback,
  );
}

/** Returns what each way of getting a token says, once. @param cause as the identity threw it. */
export function identityProblems(cause: unknown): string[] {
  const lines = String((cause as Error).message)
    .split('\n')
    .map((line) => line.trim().slice(0, 300));
  return [...new Set(lines)].filter((line) => line !== '').slice(0, 12);
}

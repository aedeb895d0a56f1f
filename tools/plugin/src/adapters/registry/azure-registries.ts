import type { DefaultAzureCredentialOptions, TokenCredential } from '@azure/identity';
import type { Credentials, CredentialsOf } from '../../model/image/credentials.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { mostBytes } from '../../model/limits/most-bytes.ts';
import { HttpRequests } from './http-requests.ts';
import { findCredentials } from './registry-credentials.ts';
import { untilAnswered } from './asking-again.ts';
import { loginFails, noAnswer } from './registry-refusals.ts';

/** The audience of tokens that are for Azure's container registries and nothing else; it is the same in every cloud. */
const audience = 'https://containerregistry.azure.net/.default';
/** After this long another login token is fetched. They are good for three hours. */
const freshForMs = 3_600_000;

/** Reports whether a registry is Azure's: of the public cloud, or of a national one. */
export function isAzureRegistry(registry: string): boolean {
  return /^[a-z0-9-]+\.azurecr\.(io|cn|us)$/i.test(registry);
}

/** Settings that differ where Azure is not the real one. */
export interface AzureSettings {
  readonly isAzure: (registry: string) => boolean;
  readonly identity: DefaultAzureCredentialOptions;
}

/**
 * Logs in to Azure's container registries as the identity of this machine (service principal, workload identity, managed
 * identity, `az login`), where docker and podman have no login of their own.
 */
export class AzureRegistries {
  readonly settings: AzureSettings;
  private readonly own: CredentialsOf;
  private readonly requests = new HttpRequests();
  private identity: Promise<TokenCredential> | undefined;
  private readonly tokens = new Map<string, { readonly since: number; readonly login: Promise<Credentials> }>();

  /** @param own what docker and podman have themselves. */
  constructor(own: CredentialsOf = findCredentials, settings: Partial<AzureSettings> = {}) {
    this.own = own;
    this.settings = { isAzure: isAzureRegistry, identity: {}, ...settings };
  }

  /** Returns what to ask a registry with: the login that docker or podman has, or else Azure's. */
  readonly credentialsOf: CredentialsOf = async (registry) =>
    (await this.own(registry)) ?? (this.settings.isAzure(registry) ? this.login(registry) : undefined);

  /** Returns what an engine has to be lent because it does not find it by itself. */
  readonly lentCredentialsOf: CredentialsOf = async (registry) =>
    this.settings.isAzure(registry) && !(await this.own(registry)) ? this.login(registry) : undefined;

  private login(registry: string): Promise<Credentials> {
    const known = this.tokens.get(registry);
    if (known && Date.now() - known.since < freshForMs) return known.login;
    const login = this.exchange(registry);
    this.tokens.set(registry, { since: Date.now(), login });
    login.catch(() => this.tokens.delete(registry));
    return login;
  }

  /** Azure's token for the identity, against the registry's own. */
  private async exchange(registry: string): Promise<Credentials> {
    const accessToken = await this.accessToken(registry);
    const body = new URLSearchParams({ grant_type: 'access_token', service: registry, access_token: accessToken });
    const request = { method: 'POST', body, most: mostBytes.registryToken } as const;
    const answer = await untilAnswered(
      () => this.requests.send(registry, `https://${registry}/oauth2/exchange`, request),
      () => {},
    ).catch((cause: unknown) => {
      throw noAnswer(registry, logInTo(registry), cause);
    });
    if (answer.status === 429 || answer.status >= 500) throw loginFails(registry, answer, logInTo(registry));
    const token = answer.status === 200 ? refreshToken(answer.body) : undefined;
    if (token !== undefined) return { kind: 'identity-token', token };
    throw new Refusal({
      type: 'azure-identity-refused',
      doing: logInTo(registry),
      reason: `The registry does not accept the Azure identity of this machine (${answer.status}).`,
      remedy:
        "Use an identity of the registry's own tenant, and give it a role there (AcrPull to deploy, AcrPush to release).",
    });
  }

  private async accessToken(registry: string): Promise<string> {
    const { findAzureIdentity, identityProblems, identityRemedy } = await import('../azure/azure-identity.ts');
    try {
      this.identity ??= findAzureIdentity(this.settings.identity);
      const identity = await this.identity;
      const found = await identity.getToken(audience);
      if (found) return found.token;
      throw new Error('There is no token.');
    } catch (cause) {
      throw new Refusal({
        type: 'azure-identity-missing',
        doing: logInTo(registry),
        reason: 'Neither docker nor podman is logged in to it, and no Azure identity of this machine gives a token.',
        remedy: identityRemedy(
          cause,
          `Log in with \`az acr login --name ${registry.split('.')[0]}\` or \`az login\`, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET (or AZURE_FEDERATED_TOKEN_FILE).`,
        ),
        evidence: identityProblems(cause),
        cause,
      });
    }
  }
}

function logInTo(registry: string): string {
  return `log in to the registry ${registry}`;
}

function refreshToken(body: Buffer): string | undefined {
  try {
    const { refresh_token: token } = JSON.parse(body.toString()) as { readonly refresh_token?: unknown };
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}

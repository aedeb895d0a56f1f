/** The login that a registry is asked with. Never written anywhere. */
export type Credentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** An OAuth2 refresh token, as `az acr login` leaves it. */
  | { readonly kind: 'identity-token'; readonly token: string };

/** Finds the credentials for a registry's host. @returns undefined when there are none. @throws {Refusal} they cannot be had. */
export type CredentialsOf = (registry: string) => Promise<Credentials | undefined>;

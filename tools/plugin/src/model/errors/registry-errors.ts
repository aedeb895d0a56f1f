import { entry } from './error-entry.ts';

/** Errors of image registries, and of the logins to them. */
export const registryErrors = {
  'registry-login-missing': entry('It requires a login, and this machine has none.', 'Log in with `docker login`.'),
  'registry-login-refused': entry(
    'It did not accept the password, or the login token has expired.',
    'Log in again with `docker login`.',
  ),
  'registry-denies-access': entry(
    'It accepted the login, which has no right to the repository.',
    'Grant the right to pull and push, or log in as a user who has it.',
  ),
  'registry-disallows': entry(
    'The push was refused because the tag or the repository is locked, or the registry is full.',
    'Release again to get a new number.',
  ),
  'registry-certificate': entry(
    'Its certificate is of an unknown authority, for another name, or out of date.',
    "Add the authority's certificate to `/etc/docker/certs.d`, or renew the certificate.",
  ),
  'registry-without-tls': entry(
    'It uses, or leads to, an address without encryption.',
    'Give it a certificate, or correct the address of its token service.',
  ),
  'registry-leads-astray': entry(
    'It redirects to a host that denies access, or leads into a network in which it is not itself.',
    'Correct the address of its token service, or where it keeps its blobs.',
  ),
  'registry-content-differs': entry(
    'It sent other content than its digest says.',
    'Look who can write to the registry, and release again.',
  ),
  'registry-unreachable': entry('It did not answer.', 'Check its address in the environment file, and the network.'),
  'registry-limits-requests': entry('It received too many requests.', 'Wait, or log in: more are allowed then.'),
  'registry-fails': entry(
    'It answered with an error, or not like an image registry.',
    "Check its address and the registry's own log.",
  ),
  'credential-helper-fails': entry(
    'The helper is not installed, failed, returned something other than credentials, or did not answer.',
    'Fix or install it, or remove it from the settings and log in again.',
  ),
  'azure-identity-missing': entry(
    'There is no login, and no Azure identity gives a token.',
    'Log in with `az login` or `az acr login`, or set the `AZURE_…` variables.',
  ),
  'azure-identity-refused': entry(
    'The Azure identity has no role at the registry, or is of another tenant.',
    'Give it `AcrPull` to deploy, `AcrPush` to release.',
  ),
  'image-tag-not-locked': entry(
    'The registry did not lock the tag of a build.',
    'Grant the right to write metadata, or lock it by hand.',
  ),
} as const;

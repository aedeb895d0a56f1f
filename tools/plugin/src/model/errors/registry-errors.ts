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
    'It uses, or leads to, an address without encryption: no login is sent there.',
    "Give it a certificate, correct the address of its token service, or list it in docker's `insecure-registries`.",
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
  'image-too-large': entry(
    'It takes no request as large as a layer of the image.',
    'Raise the limit there, or make the layer smaller.',
  ),
  'image-tag-taken': entry(
    "The registry of an environment has another image under the release's tag.",
    'Look at who pushed it there, and delete the tag.',
  ),
  'image-incomplete': entry(
    'The image names a part that its registry does not have.',
    'Release again, or push the image there again.',
  ),
  'image-platforms-differ': entry(
    'The images of an index, one for each platform, were not built as the same release.',
    'Build all platforms in one build, and look at who pushed it.',
  ),
  'image-for-other-platforms': entry(
    'The image of a release is not for the machines of the environment: its containers would crash there.',
    'Build it for their platforms, and `release --rebuild`; or write `platforms` into the environment file.',
  ),
  'image-copy-failed': entry(
    'The copy of an image to the registry of an environment broke off.',
    'Run the same command again: what is there is not sent again.',
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

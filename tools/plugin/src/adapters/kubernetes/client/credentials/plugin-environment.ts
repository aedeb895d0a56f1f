import { childEnvironment } from '../../../process/child-environment.ts';

/**
 * Names and patterns of what a credential plugin needs beyond what every child process gets: it is there to log in. What
 * else one needs is in `env` of its kubeconfig.
 */
const needed = [
  ...['KUBECONFIG', 'KUBERNETES_*', 'KUBELOGIN_*', 'SSL_CERT_*', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'],
  // Of browsers and keyrings that a login may open.
  ...['WAYLAND_DISPLAY', 'BROWSER', 'SSH_AUTH_SOCK', 'WINDIR', 'HOMEDRIVE', 'HOMEPATH', 'USERNAME'],
  // Of a job's identity at its CI, which is exchanged for one in a cloud.
  ...['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_URL', 'SYSTEM_OIDCREQUESTURI'],
  ...['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'MSI_ENDPOINT', 'MSI_SECRET'],
  // Of clouds and identity providers.
  ...[
    'AWS_*',
    'AZURE_*',
    'AAD_*',
    'ARM_*',
    'GOOGLE_*',
    'GCLOUD_*',
    'CLOUDSDK_*',
    'GKE_*',
    'USE_GKE_GCLOUD_AUTH_PLUGIN',
  ],
  ...['DIGITALOCEAN_*', 'OCI_*', 'IBMCLOUD_*', 'HCLOUD_*', 'LINODE_*', 'SCW_*', 'OVH_*', 'OS_*'],
  ...['VAULT_*', 'TELEPORT_*', 'OIDC_*'],
];

/** Returns the variables that a credential plugin inherits; tokens of forges and package registries are not among them. */
export function pluginEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return childEnvironment(env, needed);
}

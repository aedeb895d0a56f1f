/** Variables that programs need on every machine: where they are, who asks, how they speak, what they trust. */
const names = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM', 'TZ', 'LANG', 'LANGUAGE', 'TMPDIR', 'TMP', 'TEMP'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'KUBECONFIG'],
  ...['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'],
  // Of browsers and keyrings that a login may open.
  ...['DISPLAY', 'WAYLAND_DISPLAY', 'BROWSER', 'DBUS_SESSION_BUS_ADDRESS', 'SSH_AUTH_SOCK'],
  // Of Windows.
  ...['SYSTEMROOT', 'WINDIR', 'COMSPEC', 'PATHEXT', 'APPDATA', 'LOCALAPPDATA', 'USERPROFILE', 'HOMEDRIVE', 'HOMEPATH'],
  ...['PROGRAMDATA', 'PROGRAMFILES', 'USERNAME'],
  // Of a job's identity at its CI, which is exchanged for one in a cloud.
  ...['ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_URL', 'SYSTEM_OIDCREQUESTURI'],
  ...['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'MSI_ENDPOINT', 'MSI_SECRET', 'OCI_CLI_AUTH'],
]);

/** Beginnings of the variables by which clouds and identity providers are logged in to: they are what a plugin is for. */
const prefixes = [
  ...['LC_', 'XDG_', 'SSL_CERT_', 'KUBERNETES_', 'KUBELOGIN_'],
  ...['AWS_', 'AZURE_', 'AAD_', 'ARM_', 'GOOGLE_', 'GCLOUD_', 'CLOUDSDK_', 'GKE_'],
  ...[
    'DIGITALOCEAN_',
    'OCI_',
    'IBMCLOUD_',
    'HCLOUD_',
    'LINODE_',
    'SCW_',
    'OVH_',
    'OS_',
    'VAULT_',
    'TELEPORT_',
    'OIDC_',
  ],
];

/**
 * Returns the variables that a credential plugin inherits. The others are of no use to it, and may hold secrets of this
 * command: tokens of the forge, of package registries, of Prometheus. What else it needs is in `env` of its kubeconfig.
 */
export function pluginEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isPassed = (name: string) => names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
  return Object.fromEntries(Object.entries(env).filter(([name]) => isPassed(name.toUpperCase())));
}

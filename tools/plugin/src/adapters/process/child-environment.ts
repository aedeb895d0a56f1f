import { allVariables, passedVariable } from '../../model/product/wire-names.ts';
/**
 * Names of variables that every child process gets: to find programs and folders, to reach the network, to write in the
 * user's language, to reach a container engine. Patterns: `*` is any text.
 */
const passing = [
  ...[
    'PATH',
    'HOME',
    'USER',
    'LOGNAME',
    'SHELL',
    'TMPDIR',
    'TEMP',
    'TMP',
    'PWD',
    'TERM',
    'TZ',
    'LANG',
    'LANGUAGE',
    'LC_*',
  ],
  ...['COLORTERM', 'COLUMNS', 'NO_COLOR', 'FORCE_COLOR', 'CI', 'XDG_*', 'DBUS_SESSION_BUS_ADDRESS', 'DISPLAY'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'],
  ...[
    'DOCKER_*',
    'BUILDKIT_*',
    'BUILDX_*',
    'BUILDAH_*',
    'CONTAINERS_*',
    'CONTAINER_*',
    'REGISTRY_AUTH_FILE',
    'STORAGE_*',
  ],
  ...['SYSTEMROOT', 'COMSPEC', 'PATHEXT', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMFILES*', 'PROGRAMDATA', 'USERPROFILE'],
  ...['SOURCE_DATE_EPOCH', 'NX_*', 'GOTOOLCHAIN', 'GOROOT', 'GOPATH', 'GOCACHE', 'GOMODCACHE', 'GOPROXY', 'GOFLAGS'],
  ...['DOTNET_*', 'NUGET_PACKAGES', 'PYENV_*', 'PIP_CACHE_DIR', 'VIRTUAL_ENV', 'NVM_*', 'ASDF_*', 'MISE_*'],
];

/** Names that none gets unless it is named at the call, also where the user lists a pattern that fits. */
const withheld = [
  ...[
    'KUBECONFIG*',
    '*_KUBECONFIG*',
    'GITHUB_TOKEN',
    'GH_TOKEN',
    allVariables,
    'AZURE_*',
    'ARM_*',
    'ACTIONS_*',
    'SYSTEM_ACCESSTOKEN',
  ],
  ...['AWS_*', 'GOOGLE_*', 'CLOUDSDK_*', 'VAULT_*', 'NODE_AUTH_TOKEN', 'NPM_TOKEN', 'NX_CLOUD_ACCESS_TOKEN'],
  ...['*_TOKEN', '*_PASSWORD', '*_SECRET', '*_KEY', '*_CREDENTIALS', '*PASSPHRASE*'],
];

/**
 * Returns the variables for a child process: a list, and not all, since what is built, and programs that are found on the
 * PATH, have no business with the credentials of a deployment.
 * @param needs further names or patterns that this child needs, credentials included.
 */
export function childEnvironment(env: NodeJS.ProcessEnv, needs: readonly string[] = []): NodeJS.ProcessEnv {
  const listed = (env[passedVariable] ?? '').split(/[\s,]+/).filter((name) => name !== '');
  // A whole name says what is meant; a pattern may fit more than that.
  const exact = listed
    .filter((name) => !name.includes('*') && name !== passedVariable)
    .map((name) => name.toUpperCase());
  const [isNeeded, passes, isWithheld] = [needs, [...passing, ...listed], withheld].map(matcher) as [Fits, Fits, Fits];
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => {
      if (isNeeded(name) || exact.includes(name.toUpperCase())) return true;
      return passes(name) && !isWithheld(name);
    }),
  );
}

type Fits = (name: string) => boolean;

function matcher(patterns: readonly string[]): Fits {
  const texts = patterns.map((each) => each.replace(/[^\w*]/g, '').replaceAll('*', '.*'));
  // Names of proxies are written in small letters, too.
  const expression = new RegExp(`^(?:${texts.join('|')})$`, 'i');
  return (name) => texts.length > 0 && expression.test(name);
}

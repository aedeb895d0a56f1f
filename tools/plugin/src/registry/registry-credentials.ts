import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a registry is asked with. Never written anywhere. */
export type Credentials =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** An OAuth2 refresh token, as `az acr login` leaves it. */
  | { readonly kind: 'identity-token'; readonly token: string };

interface AuthFile {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

/**
 * Finds what `docker login` or `podman login` left for a registry.
 * @returns undefined when there is nothing: the registry is then asked without.
 */
export async function findCredentials(registry: string): Promise<Credentials | undefined> {
  for (const path of authFiles()) {
    const file = await readAuthFile(path);
    const found = file && (await credentialsIn(file, registry));
    if (found) return found;
  }
  return undefined;
}

/** Docker's file, then podman's. */
function authFiles(): string[] {
  const { DOCKER_CONFIG, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR } = process.env;
  return [
    join(DOCKER_CONFIG ?? join(homedir(), '.docker'), 'config.json'),
    REGISTRY_AUTH_FILE ?? (XDG_RUNTIME_DIR ? join(XDG_RUNTIME_DIR, 'containers/auth.json') : ''),
    join(homedir(), '.config/containers/auth.json'),
  ].filter((path) => path !== '');
}

async function readAuthFile(path: string): Promise<AuthFile | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as AuthFile;
  } catch {
    // Not there, or not for us to read: docker itself would go on without, too.
    return undefined;
  }
}

async function credentialsIn(file: AuthFile, registry: string): Promise<Credentials | undefined> {
  const names = namesOf(registry);
  const helper = names.map((name) => file.credHelpers?.[name]).find((name) => name !== undefined) ?? file.credsStore;
  if (helper) {
    for (const name of names) {
      const found = await askHelper(helper, name);
      if (found) return found;
    }
  }
  for (const [name, entry] of Object.entries(file.auths ?? {})) {
    if (!names.includes(name.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '')) && !names.includes(name))
      continue;
    if (entry.identitytoken) return { kind: 'identity-token', token: entry.identitytoken };
    const [user, ...password] = entry.auth
      ? Buffer.from(entry.auth, 'base64').toString().split(':')
      : [entry.username, entry.password];
    if (user) return { kind: 'password', user, password: password.join(':') };
  }
  return undefined;
}

/** Docker Hub is known to `docker login` by an address of its own. */
function namesOf(registry: string): string[] {
  return /^((index|registry-1)\.)?docker\.io$/.test(registry)
    ? ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io']
    : [registry];
}

/** Milliseconds: a helper that asks a person something would wait for ever. */
const helperTimeout = 15_000;

/** Asks a `docker-credential-*` program, whose protocol is: address in, JSON out. */
function askHelper(helper: string, address: string): Promise<Credentials | undefined> {
  if (!/^[\w.-]+$/.test(helper)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const child = spawn(`docker-credential-${helper}`, ['get'], {
      env: process.env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // Not spawn's own `timeout`: of a helper that is not installed it would keep the process alive.
    const timer = setTimeout(() => child.kill(), helperTimeout);
    const end = (found: Credentials | undefined) => {
      clearTimeout(timer);
      resolve(found);
    };
    let output = '';
    child.on('error', () => end(undefined));
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('close', (code) => end(code === 0 ? parseHelperAnswer(output) : undefined));
    child.stdin.on('error', () => {});
    child.stdin.end(address);
  });
}

function parseHelperAnswer(output: string): Credentials | undefined {
  try {
    const { Username, Secret } = JSON.parse(output) as { Username?: string; Secret?: string };
    if (!Username || !Secret) return undefined;
    if (Username === '<token>') return { kind: 'identity-token', token: Secret };
    return { kind: 'password', user: Username, password: Secret };
  } catch {
    return undefined;
  }
}

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../../model/image/credentials.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { knownSecrets } from '../../model/secrets/known-secrets.ts';
import { askHelper, type HelperTrouble } from './credential-helper.ts';

/** A helper that asks a person something would wait for ever. */
const usualHelperTimeoutMs = 15_000;

interface AuthFile {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

/**
 * Returns what `docker login` or `podman login` left for a registry.
 * @returns undefined when there is nothing: the registry is then asked without.
 * @throws {Refusal} when there is nothing because a credential helper does not do its work.
 */
export async function findCredentials(
  registry: string,
  helperTimeoutMs = usualHelperTimeoutMs,
): Promise<Credentials | undefined> {
  let trouble: HelperTrouble | undefined;
  for (const path of authFiles()) {
    const file = await readAuthFile(path);
    const found = file && (await credentialsIn(file, registry, helperTimeoutMs));
    if (found && 'kind' in found) {
      knownSecrets.add(found.kind === 'password' ? found.password : found.token);
      return found;
    }
    trouble ??= found;
  }
  if (trouble) throw helperFails(registry, trouble);
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

async function credentialsIn(
  file: AuthFile,
  registry: string,
  helperTimeoutMs: number,
): Promise<Credentials | HelperTrouble | undefined> {
  const names = namesOf(registry);
  const helper = names.map((name) => file.credHelpers?.[name]).find((name) => name !== undefined) ?? file.credsStore;
  let trouble: HelperTrouble | undefined;
  if (helper)
    for (const name of names) {
      const answer = await askHelper(helper, name, helperTimeoutMs);
      if (answer && 'kind' in answer) return answer;
      trouble ??= answer;
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
  return trouble;
}

function helperFails(registry: string, { helper, reason, said }: HelperTrouble): Refusal {
  return new Refusal({
    type: 'credential-helper-fails',
    doing: `log in to the registry ${registry}`,
    reason: `The credential helper "${helper}" for ${registry} ${reason}.`,
    remedy: `Fix or install it, or remove it from the settings and log in with \`docker login ${registry}\`.`,
    ...(said === undefined ? {} : { evidence: [said] }),
  });
}

/** Docker Hub is known to `docker login` by an address of its own. */
function namesOf(registry: string): string[] {
  return /^((index|registry-1)\.)?docker\.io$/.test(registry)
    ? ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io']
    : [registry];
}

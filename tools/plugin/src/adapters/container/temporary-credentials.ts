import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials, CredentialsOf } from '../../model/image/credentials.ts';
import { ProductError } from '../../model/errors/product-error.ts';
import type { BuildRecipe } from '../../ports/container-engine.ts';
import { buildRegistries } from './dockerfile-registries.ts';

/** Logins by registry, for an engine that does not find them by itself. */
export type LentLogins = ReadonlyMap<string, Credentials>;

/** A way to give an engine logins that it does not find by itself. */
export interface Lending {
  readonly credentialsOf: CredentialsOf;
  /** Writes settings that hold the logins. @returns the environment by which the engine takes them. */
  write(folder: string, logins: LentLogins): Promise<Readonly<Record<string, string>>>;
}

/** Runs an engine with what it is lent for some registries, in settings that only this user may read and that are gone afterwards. */
export async function withLentLogins<T>(
  { credentialsOf, write }: Lending,
  registries: readonly string[],
  action: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const logins = new Map<string, Credentials>();
  for (const registry of registries) {
    const credentials = await credentialsOf(registry);
    if (credentials) logins.set(registry, credentials);
  }
  if (logins.size === 0) return action({});
  const folder = await mkdtemp(join(tmpdir(), `poc-engine-${process.pid}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Also where this process ends itself half-way.
  process.on('exit', remove);
  try {
    return await action(await write(folder, logins));
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/**
 * The same for a build: a registry whose images anybody may pull needs no login, so that a missing one is only reported.
 * @param goesTo registries that the builder pushes to.
 */
export async function withLoginsOfBuild<T>(
  { credentialsOf, write }: Lending,
  { build, goesTo = [] }: { readonly build: BuildRecipe; readonly goesTo?: readonly string[] },
  onLine: (line: string) => void,
  action: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const orNone: CredentialsOf = async (registry) => {
    try {
      return await credentialsOf(registry);
    } catch (error) {
      if (!(error instanceof ProductError)) throw error;
      for (const line of error.explain().split('\n')) onLine(line);
      return undefined;
    }
  };
  // A Dockerfile that is not there is for the engine to tell.
  const named = buildRegistries(await readFile(build.dockerfile, 'utf8').catch(() => ''), build.settings);
  return withLentLogins({ credentialsOf: orNone, write }, [...new Set([...named, ...goesTo])], action);
}

/** The entry of an auth file. */
export function authEntry(credentials: Credentials): Readonly<Record<string, string>> {
  const auth = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64');
  if (credentials.kind === 'password') return { auth: auth(credentials.user, credentials.password) };
  // The name is the one that Azure's registries want beside a token.
  return { auth: auth('00000000-0000-0000-0000-000000000000', ''), identitytoken: credentials.token };
}

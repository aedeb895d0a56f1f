import { readFileSync, statSync } from 'node:fs';
import type { BuildSettings, SecretReference } from '../../model/build/build-settings.ts';
import { Refusal } from '../../model/errors/product-error.ts';
import { knownSecrets, KnownSecrets } from '../../model/secrets/known-secrets.ts';
import { mask } from '../../model/secrets/mask.ts';

/** Parts of a build that are found on this machine and stay here. */
type References = Pick<BuildSettings, 'secrets' | 'ssh'>;

const agentVariable = 'SSH_AUTH_SOCK';
/** Characters of a secret that is masked: shorter ones stand in too much that is none. */
const shortest = 4;

/** Returns the names of the variables that an engine needs for a build, and no other process. */
export function secretVariables({ secrets, ssh }: References): string[] {
  const named = Object.values(secrets).flatMap((each) => ('env' in each ? [each.env] : []));
  return [...named, ...(ssh.length > 0 ? [agentVariable] : [])];
}

/**
 * Makes sure that the secrets of a build are there, and the agent that ssh asks.
 * @throws {Refusal} naming each that is not, by its id.
 */
export function requireSecrets({ secrets, ssh }: References, env: NodeJS.ProcessEnv = process.env): void {
  const missing = Object.entries(secrets).flatMap(([id, each]) => {
    const why = whyMissing(each, env);
    return why === undefined ? [] : [`The secret ${id} of the build is not there: ${why}.`];
  });
  const [firstId] = ssh;
  if (firstId !== undefined && !isThere(env[agentVariable]))
    missing.push(`No ssh agent answers for the id ${firstId}: ${agentVariable} is not set, or leads nowhere.`);
  if (missing.length === 0) return;
  throw new Refusal({
    type: 'build-secret-missing',
    doing: 'build the image with its secrets',
    reason: missing.length === 1 ? missing[0]! : `${missing.length} secrets of the build are not there.`,
    remedy:
      'Set the variable, put the file there, or start the agent (`ssh-agent`, `ssh-add`), in a CI too; or correct `build` in project.json.',
    ...(missing.length === 1 ? {} : { evidence: missing }),
  });
}

function whyMissing(reference: SecretReference, env: NodeJS.ProcessEnv): string | undefined {
  if ('env' in reference) {
    if (env[reference.env] === undefined) return `the variable ${reference.env} is not set`;
    return env[reference.env] === '' ? `the variable ${reference.env} is empty` : undefined;
  }
  try {
    const found = statSync(reference.file);
    if (!found.isFile()) return `${reference.file} is no file`;
    if (found.size === 0) return `the file ${reference.file} is empty`;
    readFileSync(reference.file);
    return undefined;
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isAbsent ? `there is no file ${reference.file}` : `the file ${reference.file} cannot be read`;
  }
}

function isThere(path: string | undefined): boolean {
  return path !== undefined && path !== '' && statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Returns what masks the secrets of a build in its output, whatever a Dockerfile does with them. */
export function secretsIn({ secrets }: References, env: NodeJS.ProcessEnv = process.env): Pick<KnownSecrets, 'maskIn'> {
  const own = new KnownSecrets();
  const literals = new Set<string>();
  for (const text of Object.values(secrets).map((each) => textOf(each, env))) {
    for (const value of [text, ...partsOf(text)]) {
      own.add(value);
      knownSecrets.add(value);
      if (value.length >= shortest) literals.add(value);
    }
  }
  const longestFirst = [...literals].sort((a, b) => b.length - a.length);
  return {
    maskIn: (line) =>
      knownSecrets.maskIn(longestFirst.reduce((masked, value) => masked.replaceAll(value, mask), own.maskIn(line))),
  };
}

function textOf(reference: SecretReference, env: NodeJS.ProcessEnv): string {
  try {
    return 'env' in reference ? (env[reference.env] ?? '') : readFileSync(reference.file, 'utf8');
  } catch {
    return '';
  }
}

/** The lines of a text, and what stands behind `=` or `:` in them: a build may print one alone. */
function partsOf(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const values = lines.flatMap((line) => /^[^=\s]{1,200}(?:=|:\s)\s*["']?(.*?)["']?$/.exec(line)?.[1] ?? []);
  // Of a file of settings, the settings themselves are none.
  return lines.length > 1
    ? [...lines.filter((line) => line.length >= 16), ...values.filter((each) => each.length >= 8)]
    : [text.trim(), ...values.filter((each) => each.length >= 8)];
}

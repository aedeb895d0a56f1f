import { isAbsolute, join, sep } from 'node:path';
import { ciOf } from '../../../../model/ci/ci-run.ts';
import { Refusal } from '../../../../model/errors/product-error.ts';
import { runProcess, type ProcessResult } from '../../../process/run-process.ts';
import type { ClientCertificate } from './cluster-access.ts';
import { isHeaderValue } from './identity.ts';
import { pluginEnvironment } from './plugin-environment.ts';
import { badKubeconfig, fieldsIn, isFields, textIn, textsIn } from './kubeconfig-entries.ts';
import type { Fields, KubeconfigEntry } from './kubeconfig-entries.ts';

/** Milliseconds after which it is said that a plugin is waited for. */
const quietMs = 3000;
/** Milliseconds for a plugin that nobody can help. */
const unattendedMs = 60_000;
/** Milliseconds for a plugin that may wait for a person who logs in; codes for a device last for 15 minutes. */
const attendedMs = 15 * 60_000;
/** Lines of a plugin's words that are shown. */
const mostLines = 10;

/** The limits for a plugin. Tests hurry. */
export interface PluginPace {
  readonly quietMs: number;
  readonly limitMs: number;
  /** Is told what is waited for, and what the plugin says meanwhile. */
  readonly tell: (text: string) => void;
}

const usualPace = (): PluginPace => ({
  quietMs,
  limitMs: ciOf(process.env) === undefined ? attendedMs : unattendedMs,
  tell: (text) => void process.stderr.write(text),
});

/** The credential that a plugin gave. */
export interface Credential {
  readonly token?: string;
  readonly certificate?: ClientCertificate;
  /** Milliseconds since 1970; none for one that lasts as long as this process. */
  readonly endsAt?: number;
}

/** Plugins of this process: whoever comes with the same command gets the same credential. */
const plugins = new Map<string, CredentialPlugin>();

/** Returns the plugin that a user's kubeconfig entry names. @throws {Refusal} when it names none. */
export function pluginOf(user: KubeconfigEntry, cluster: Fields, doing: string): CredentialPlugin {
  const plugin = new CredentialPlugin(user, cluster, doing);
  const known = plugins.get(plugin.key);
  if (known) return known;
  plugins.set(plugin.key, plugin);
  return plugin;
}

/**
 * A command that logs in to a cluster (`exec` of a kubeconfig: kubelogin, aws, gke-gcloud-auth-plugin). It is run once, also
 * when several ask at once, and again when its credential has ended or was not accepted.
 */
export class CredentialPlugin {
  /** Equal for plugins that give the same credential. */
  readonly key: string;
  private readonly command: string;
  private readonly args: readonly string[];
  private readonly exec: Fields;
  private readonly env: Readonly<Record<string, string>>;
  private readonly doing: string;
  private readonly pace: PluginPace;
  private running: Promise<Credential> | undefined;
  private credential: Credential | undefined;

  /** @param cluster is told to a plugin that wants to know it. @throws {Refusal} */
  constructor(user: KubeconfigEntry, cluster: Fields, doing: string, pace = usualPace()) {
    this.doing = doing;
    this.pace = pace;
    this.exec = fieldsIn(user.value, 'exec');
    const command = textIn(this.exec, 'command');
    if (command === '' || command.includes('\0')) throw badKubeconfig(doing, `"exec" of "${user.name}" has no command`);
    this.command = command.includes(sep) && !isAbsolute(command) ? join(user.folder, command) : command;
    this.args = textsIn(this.exec, 'args').filter((arg) => !arg.includes('\0'));
    const variables = Array.isArray(this.exec['env']) ? this.exec['env'].filter(isFields) : [];
    this.env = {
      ...Object.fromEntries(
        variables
          .map((variable) => [textIn(variable, 'name'), textIn(variable, 'value')] as const)
          .filter(([name, value]) => name !== '' && !`${name}${value}`.includes('\0')),
      ),
      KUBERNETES_EXEC_INFO: JSON.stringify({
        kind: 'ExecCredential',
        apiVersion: textIn(this.exec, 'apiVersion'),
        spec: {
          interactive: this.asks,
          ...(this.exec['provideClusterInfo'] === true ? { cluster: clusterInfo(cluster) } : {}),
        },
      }),
    };
    this.key = JSON.stringify([this.command, this.args, this.env]);
  }

  /** Reports whether the plugin may ask a person. */
  private get asks(): boolean {
    return textIn(this.exec, 'interactiveMode') !== 'Never' && process.stdin.isTTY === true;
  }

  /** @throws {Refusal} with the plugin's own words. */
  async get(): Promise<Credential> {
    const { credential } = this;
    if (credential && (credential.endsAt === undefined || credential.endsAt > Date.now())) return credential;
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Forgets a token that was not accepted. @returns whether there may be a better one. */
  forget(token: string | undefined): boolean {
    if (this.credential?.token === token) this.credential = undefined;
    return true;
  }

  private async run(): Promise<Credential> {
    if (textIn(this.exec, 'interactiveMode') === 'Always' && !this.asks)
      throw this.refusal('can only be run at a terminal, and there is none', []);
    const words = new Words(this.pace.tell);
    const timer = setTimeout(
      () => words.show(`waiting for the credential plugin ${this.command} (${this.doing})\n`),
      this.pace.quietMs,
    );
    const result = await runProcess(this.command, this.args, {
      env: { ...pluginEnvironment(process.env), ...this.env },
      asks: this.asks,
      timeoutMs: this.pace.limitMs,
      onOutput: (stream, chunk) => stream === 'stderr' && words.add(chunk.toString()),
    }).finally(() => clearTimeout(timer));
    return (this.credential = this.read(result));
  }

  private read(result: ProcessResult): Credential {
    if (result.state === 'not-started') throw this.notStarted(result.cause);
    const said = lastLines(result.stderr.toString());
    if (result.state === 'timed-out')
      throw this.refusal(`gave no credential within ${this.pace.limitMs / 1000} s`, said);
    if (result.code !== 0) throw this.refusal(`failed (exit code ${result.code})`, said);
    const credential = credentialIn(result.stdout.toString());
    // What it wrote may hold a secret, and is not shown.
    if (!credential) throw this.refusal('wrote no ExecCredential with a token, or a certificate and its key', said);
    return credential;
  }

  private notStarted(cause: NodeJS.ErrnoException): Refusal {
    const { code = cause.message } = cause;
    const why = code === 'ENOENT' ? 'is not installed' : `could not be run (${code})`;
    return this.refusal(why, [], code === 'ENOENT' ? 'Install it' : 'Make it executable', cause);
  }

  private refusal(why: string, said: readonly string[], first?: string, cause?: unknown): Refusal {
    const hint = lastLines(textIn(this.exec, 'installHint'));
    const remedy = first ?? (said.length > 0 ? 'See its words below; log in with it again' : 'Log in with it again');
    return new Refusal({
      type: 'credential-plugin',
      doing: this.doing,
      reason: `The credential plugin ${this.command}, which the kubeconfig names, ${why}.`,
      remedy: `${remedy}, or use another context.${first && hint.length > 0 ? ` The kubeconfig says: ${hint.join(' ')}` : ''}`,
      ...(said.length > 0 ? { evidence: said } : {}),
      cause,
    });
  }
}

/** The words of a plugin: kept back while it is quick, and shown as they come when it takes long. */
class Words {
  private readonly tell: (text: string) => void;
  private kept = '';
  private shown = false;

  constructor(tell: (text: string) => void) {
    this.tell = tell;
  }

  add(text: string): void {
    if (this.shown) this.tell(text);
    else this.kept += text;
  }

  show(title: string): void {
    this.shown = true;
    this.tell(title + this.kept);
  }
}

/** Returns the credential in a plugin's output, or undefined when there is none. */
function credentialIn(output: string): Credential | undefined {
  let found: unknown;
  try {
    found = JSON.parse(output);
  } catch {
    return undefined;
  }
  if (!isFields(found) || found['kind'] !== 'ExecCredential') return undefined;
  const status = fieldsIn(found, 'status');
  const token = textIn(status, 'token').trim();
  const [cert, key] = [textIn(status, 'clientCertificateData'), textIn(status, 'clientKeyData')];
  if ((token === '' && cert === '') || (cert === '') !== (key === '') || !isHeaderValue(token)) return undefined;
  const endsAt = Date.parse(textIn(status, 'expirationTimestamp'));
  return {
    ...(token === '' ? {} : { token }),
    ...(cert === '' ? {} : { certificate: { cert, key } }),
    ...(Number.isNaN(endsAt) ? {} : { endsAt }),
  };
}

/** Returns a cluster as plugins are told of it. */
function clusterInfo(value: Fields): Fields {
  const names = ['server', 'tls-server-name', 'insecure-skip-tls-verify', 'certificate-authority-data', 'proxy-url'];
  const extensions = Array.isArray(value['extensions']) ? value['extensions'].filter(isFields) : [];
  const config = extensions.find((extension) => extension['name'] === 'client.authentication.k8s.io/exec');
  return {
    ...Object.fromEntries(names.filter((name) => value[name] !== undefined).map((name) => [name, value[name]])),
    ...(config ? { config: config['extension'] } : {}),
  };
}

function lastLines(text: string): string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(-mostLines).map((line) => line.slice(0, 500));
}

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { buildAct } from '../../../local-platform/src/platform.ts';
import { runCommand, runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import { npmWithoutInstall } from '../../../scratch-workspace/src/npm-without-install.ts';
import { warmCaches } from '../../../scratch-workspace/src/warm-caches.ts';
import { pythonsFolder } from '../tool-cache.ts';

/** Settings of a repository at GitHub beside its commits. */
export interface RepositorySettings {
  /** Address of the server: `https://github.com`. */
  readonly server: string;
  readonly api: string;
  /** Owner and name. */
  readonly repository: string;
  /** The token of every job. */
  readonly token: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Folder of the packages that `npm ci` would install; undefined where package managers come and install for real. */
  readonly packages: string | undefined;
  /** Variables that the machine of every job has. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Folder of the Node.js that jobs run on, where it is not the one that runs the tests. */
  readonly node?: string;
}

/** How a workflow is begun: by a push, or by hand with inputs. */
export type WorkflowEvent =
  { readonly push: { readonly before: string } } | { readonly inputs: Readonly<Record<string, string | boolean>> };

/** A run that ended. */
export interface WorkflowRun {
  readonly isSuccess: boolean;
  /** Jobs that ran; one of a matrix is there once for each leg. */
  readonly jobs: readonly WorkflowJob[];
  /** Folder with one folder for each artifact. */
  readonly artifacts: string;
  readonly log: string;
}

export interface WorkflowJob {
  readonly name: string;
  /** Its leg of the matrix. */
  readonly matrix: Readonly<Record<string, unknown>>;
  readonly result: 'success' | 'failure';
}

/** Number of the first run of a repository. */
export const firstRunId = 4_000_000_001;

const branch = 'main';
const standIns = join(import.meta.dirname, 'actions');

/**
 * A repository of GitHub whose workflows run on this machine, by act. What act leaves out is left out here too:
 * `environment` with its protection rules, `concurrency`, `permissions`, `timeout-minutes`.
 */
export class GitHubRepository {
  private readonly settings: RepositorySettings;
  // Act takes no folder with a blank in its name.
  private readonly folder = mkdtempSync(join(tmpdir(), 'poc-github-'));
  private lastRun = 0;

  constructor(settings: RepositorySettings) {
    this.settings = settings;
  }

  /** Runs a workflow of the newest commit to its end, whatever that is. @param file in `.github/workflows`. */
  async run(file: string, event: WorkflowEvent): Promise<WorkflowRun> {
    const id = (this.lastRun += 1);
    const at = (name: string) => join(this.folder, String(id), name);
    for (const name of ['artifacts', 'home', 'work']) mkdirSync(at(name), { recursive: true });
    const { server, repository, token, secrets, packages, node = dirname(process.execPath) } = this.settings;
    const url = new URL(`${server}/${repository}.git`);
    Object.assign(url, { username: 'x-access-token', password: token });
    await runSuccessfully('git', ['clone', '--quiet', `--branch=${branch}`, url.href, at('checkout')]);
    const commit = await runSuccessfully('git', ['rev-parse', 'HEAD'], { cwd: at('checkout') });
    const workflow = readFileSync(join(at('checkout'), '.github/workflows', file), 'utf8');
    writeFileSync(at(file), asActKnowsIt(workflow));
    const isPush = 'push' in event;
    const ref = `refs/heads/${branch}`;
    const payload = isPush ? { ref, before: event.push.before, after: commit } : { ref, inputs: event.inputs };
    writeFileSync(at('event.json'), JSON.stringify({ ...payload, repository: { default_branch: branch } }));
    // JSON is YAML, which may hold values of several lines.
    writeFileSync(at('secrets.yml'), JSON.stringify({ ...secrets, GITHUB_TOKEN: token }), { mode: 0o600 });
    writeFileSync(at('none'), '');
    const variables = {
      ...this.settings.variables,
      // What a job installs for all is gone with its machine.
      ...(packages === undefined ? { npm_config_prefix: at('programs') } : {}),
      ARTIFACTS: at('artifacts'),
      GITHUB_API_URL: this.settings.api,
      GITHUB_REPOSITORY: repository,
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_RUN_ID: String(firstRunId + id - 1),
      GITHUB_RUN_NUMBER: String(id),
      GITHUB_SERVER_URL: server,
      PYTHONS: pythonsFolder,
      STAND_INS: standIns,
    };
    const args = [
      isPush ? 'push' : 'workflow_dispatch',
      `--workflows=${at(file)}`,
      `--eventpath=${at('event.json')}`,
      `--secret-file=${at('secrets.yml')}`,
      `--env-file=${at('none')}`,
      '--actor=ada',
      '--platform=ubuntu-24.04=-self-hosted',
      `--action-cache-path=${at('work')}`,
      '--no-cache-server',
      '--no-skip-checkout',
      '--concurrent-jobs=2',
      '--json',
      ...Object.entries(variables).map(([name, value]) => `--env=${name}=${value}`),
      ...usedActions(at('checkout')).map((action) => `--local-repository=${action}=${standInOf(action)}`),
    ];
    const none = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
    const own = packages === undefined ? at('programs/bin') : npmWithoutInstall(at('tools'), packages);
    const path = [own, node, process.env['PATH'] ?? ''];
    const env = { ...none, ...warmCaches(), HOME: at('home'), LANG: 'C.UTF-8', PATH: path.join(delimiter) };
    const act = join(await buildAct(), 'act');
    const { code, output } = await runCommand(act, args, { cwd: at('checkout'), env });
    return { isSuccess: code === 0, artifacts: at('artifacts'), ...reportOf(output) };
  }

  /** Takes all that the runs left away. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Act refuses an environment that says whether it makes a deployment; it plays no environments. */
function asActKnowsIt(workflow: string): string {
  return workflow.replace(/^( +environment:)\n +name: (.*)\n +deployment: (?:true|false)$/gm, '$1 $2');
}

/** Every action of another repository that a workflow of a checkout uses, with its commit. */
function usedActions(checkout: string): string[] {
  const folder = join(checkout, '.github');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yml'));
  const texts = files.map((path) => readFileSync(join(folder, path), 'utf8'));
  const uses = texts.flatMap((text) => [...text.matchAll(/\buses: ([\w./-]+@[\w.-]+)/g)].map(([, action]) => action!));
  return [...new Set(uses)];
}

/** Returns the replacement of an action. */
function standInOf(action: string): string {
  const folder = join(standIns, basename(action.replace(/@.*$/, '')));
  // Act looks for it only when a job wants it, and says then that it is missing.
  return existsSync(folder) ? folder : join(standIns, 'missing', action);
}

interface Entry {
  readonly msg: string;
  readonly level: string;
  readonly jobID?: string;
  readonly matrix?: Readonly<Record<string, unknown>>;
  readonly jobResult?: 'success' | 'failure' | 'skipped';
}

function reportOf(output: string): Pick<WorkflowRun, 'jobs' | 'log'> {
  const lines = output.split('\n').filter((line) => line !== '');
  const entries = lines.map((line): Entry => (line.startsWith('{') ? (JSON.parse(line) as Entry) : unread(line)));
  const jobs = entries.flatMap(({ jobID, matrix = {}, jobResult }): WorkflowJob[] =>
    jobID === undefined || jobResult === undefined || jobResult === 'skipped'
      ? []
      : [{ name: jobID, matrix, result: jobResult }],
  );
  const log = entries.map(({ jobID, msg }) => `${jobID === undefined ? '' : `[${jobID}] `}${msg.trimEnd()}`);
  return { jobs, log: log.join('\n') };
}

const unread = (line: string): Entry => ({ msg: line, level: 'info' });

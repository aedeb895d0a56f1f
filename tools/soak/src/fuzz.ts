import { WorkspaceTargets } from '../../plugin/src/nx/executors/running/workspace-targets.ts';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { executors, taskOf } from '../../plugin/src/nx/executors/executors.ts';
import type { RawOptions } from '../../plugin/src/nx/executors/options/options.ts';
import { createPorts } from '../../plugin/src/nx/executors/running/connections/create-ports.ts';
import type { TaskResult } from '../../plugin/src/nx/executors/running/task.ts';
import { RunLog } from '../../plugin/src/nx/executors/output/ci/run-log.ts';
import type { SharedRun } from '../../plugin/src/nx/executors/running/run-context.ts';
import type { SourceRepository } from '../../plugin/src/ports/repository/source-repository.ts';
import { exitCodeOf } from './exit-code.ts';
import { foreignName, malformedManifests } from './fuzz-manifests.ts';
import { malformedOptions, type FuzzedCommand } from './fuzz-options.ts';
import type { Say } from './progress.ts';
import { Deployers } from './run-deployer.ts';
import { Site } from './site.ts';
import { releasedService } from './soak-source.ts';
import { soakService, type SoakWorkspace } from './soak-workspace.ts';

/** Figures of a fuzz run. */
export interface FuzzFigures {
  readonly manifests: number;
  readonly optionSets: number;
  /** How many were refused as they should be. */
  readonly refused: number;
  /** Those that were not: accepted, answered with a stack, unclear. */
  readonly wrong: readonly string[];
  /** Requests that could have changed something in the cluster, and objects that were not what they were. */
  readonly changes: readonly string[];
  /** The same seed makes the same cases again. */
  readonly seed: number;
}

/** Characters that a refusal may have; more is no paragraph any more. */
const longestRefusal = 8_000;

interface Case {
  readonly command: FuzzedCommand;
  readonly what: string;
  readonly options: RawOptions;
  readonly where: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

/** Sends malformed manifests and options through the commands, as far as the real cluster's dry run. */
export async function fuzz(
  soak: SoakWorkspace,
  { manifests, optionSets, seed }: { manifests: number; optionSets: number; seed: number },
  say: Say,
): Promise<FuzzFigures> {
  const deployers = await Deployers.prepare();
  let site: Site | undefined;
  try {
    const root = soak.workspace.folder;
    site = await Site.open('fuzz', soak, deployers);
    const metadata = { name: foreignName, annotations: { 'meta.helm.sh/release-name': 'somebody' } };
    await site.create('configmaps', { metadata, data: { of: 'Helm' } });
    await site.runWell('k8s-deploy', soak.first.buildNumber);

    const folder = `apps/${soakService}/k8s`;
    const base = Object.fromEntries(
      readdirSync(join(root, folder)).map((name) => [name, readFileSync(join(root, folder, name), 'utf8')]),
    );
    const cases: Case[] = [
      ...fc
        .sample(malformedManifests(base), { numRuns: manifests, seed })
        .map((mutant): Case => ({ ...mutant, command: 'k8s-deploy', options: { env: 'preprod', timeout: 5 } })),
      ...fc.sample(malformedOptions(), { numRuns: optionSets, seed }),
    ];
    const wrong: string[] = [];
    const changes: string[] = [];
    const writes: string[] = [];
    site.proxy.watchAnswers(({ what, isWrite }) => {
      if (isWrite) writes.push(what);
      return true;
    });
    const shared = sharedRun(site, root);
    const refsBefore = await soak.workspace.originRefs();
    let before = await site.versions();
    for (const [index, { command, what, options, where, files }] of cases.entries()) {
      const result = await silently(() => taskOf(executors[command])(soakService, options, shared(folder, files)));
      const mistake = whatIsWrong(result, where);
      if (mistake !== undefined) {
        wrong.push(`${what}: ${mistake}: ${result.terminalOutput.trim().slice(0, 1000) || '(it says nothing)'}`);
        say(wrong.at(-1)!);
      }
      const after = await site.versions();
      const changed = after
        .filter((version) => !before.includes(version))
        .concat(before.filter((version) => !after.includes(version)));
      for (const change of [...writes.splice(0), ...changed]) {
        changes.push(`${what}: ${change}`);
        say(`changed: ${changes.at(-1)!}`);
      }
      before = after;
      if ((index + 1) % 50 === 0) say(`${index + 1} of ${cases.length}`);
    }
    if ((await soak.workspace.originRefs()) !== refsBefore) changes.push('The origin has other tags than before.');
    return { manifests, optionSets, refused: cases.length - wrong.length, wrong, changes, seed };
  } finally {
    await site?.close();
    deployers.remove();
  }
}

/** @returns what is wrong with a refusal, or undefined when it is a good one. */
export function whatIsWrong(result: TaskResult, where: readonly string[]): string | undefined {
  const { success, terminalOutput } = result;
  if (success) return 'accepted';
  if (/\n\s+at .*:\d+:\d+/.test(terminalOutput)) return 'a stack';
  if (exitCodeOf(result) !== 2) return `exit code ${exitCodeOf(result)}`;
  if (!/^Could not .+: .+[.!?"]\n {2}hint: .+/.test(terminalOutput)) return 'no headline with a hint';
  if (!where.some((word) => terminalOutput.includes(word))) return `it names none of ${where.join(', ')}`;
  if (/\bundefined\b|\[object /.test(terminalOutput)) return 'unclear words';
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(terminalOutput))
    return 'characters that control a terminal';
  if (terminalOutput.length > longestRefusal) return `${terminalOutput.length} characters`;
  return undefined;
}

/** Returns the commands' shared run, with manifests in the place of those of the release. */
function sharedRun(site: Site, root: string): (folder: string, files: Case['files']) => SharedRun {
  const real = createPorts(root, process.env);
  const preprod = site.target;
  const others = { deploy: 'manual', namespace: `${preprod.namespace}-absent` } as const;
  const environments = [
    { ...preprod, ...others, name: 'dev', order: 0 },
    preprod,
    { ...preprod, ...others, name: 'prod', order: 2, protected: true },
  ];
  return (folder, files) => ({
    workspaceRoot: root,
    ports: files ? { ...real, repository: withContents(real.repository, folder, files) } : real,
    environments: async () => environments,
    service: (name) => releasedService(name, root),
    serviceOf: (name) => releasedService(name, root),
    services: () => ({
      services: [soakService],
      affectedBy: () => new Set<string>(),
      usersOf: () => new Set<string>(),
      concernedBy: () => new Set<string>(),
      holdersOf: () => [],
      directUsersOf: () => [],
      describeLink: (name) => ({ kind: 'project', name }),
    }),
    targets: new WorkspaceTargets({ projectGraph: { nodes: {}, dependencies: {} }, nxJsonConfiguration: {} }),
    branch: 'main',
    verbose: false,
    log: new RunLog({}),
    signal: new AbortController().signal,
  });
}

function withContents(
  repository: SourceRepository,
  folder: string,
  files: Readonly<Record<string, string>>,
): SourceRepository {
  const contents = new Map(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, Buffer.from(text)]));
  return new Proxy(repository, {
    get(target, name) {
      if (name === 'contents') return async () => contents;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Runs something whose lines of progress nobody wants to read. */
async function silently<T>(action: () => Promise<T>): Promise<T> {
  const { log } = console;
  console.log = () => {};
  try {
    return await action();
  } finally {
    console.log = log;
  }
}

import { commandNamed, type CommandName } from '../../../plugin/src/nx/graph/commands.ts';
import { executors, type Executor } from '../../../plugin/src/nx/executors/executors.ts';
import { readDeclared } from '../../../plugin/src/nx/executors/options/options.ts';
import { ProductError } from '../../../plugin/src/model/errors/product-error.ts';
import { pluginPackage } from '../../../plugin/src/model/product/wire-names.ts';
import type { GeneratorSchema } from '../reference/generators-page.ts';
import { parseArguments, simpleCommands, type Argv } from './simple-commands.ts';

/** The facts of the workspace that commands are compared with. */
export interface Workspace {
  readonly scripts: readonly string[];
  readonly generators: ReadonlyMap<string, GeneratorSchema>;
  /** Targets by project, of projects with a project.json. */
  readonly targets: ReadonlyMap<string, readonly string[]>;
  readonly hasFile: (path: string) => boolean;
}

/** What is known of a command: how it is held true, and what is wrong with it. */
export interface Checked {
  readonly how: 'options' | 'generator' | 'script' | 'file' | "Nx's own" | 'not ours';
  readonly problem?: string;
}

/** Options that Nx takes for itself, whatever target it runs. */
const ofNx =
  'targets projects base head files uncommitted untracked all exclude exclude-task-dependencies excludeTaskDependencies parallel output-style outputStyle verbose help skip-nx-cache skipNxCache nx-bail interactive'.split(
    ' ',
  );
const short = { t: 'targets', p: 'projects', c: 'configuration' };
/** Targets of a service that are its stack's. */
const ofStacks = ['build', 'lint', 'test', 'typecheck', 'toolchain'];
/** Targets that the benchmarks make to measure Nx itself. */
const ofBenchmarks = ['noop', 'idle'];
const nxCommands = 'sync sync:check show add graph list reset migrate release report init import format:check'.split(
  ' ',
);
const others =
  'git kubectl docker podman helm kustomize argocd skaffold az curl jq sed cd test cat rm mv cp mkdir ls tar node age-keygen sops iptables pinact xargs diff gh'.split(
    ' ',
  );

/** Checks each command of a line of a shell. */
export function checkLine(line: string, workspace: Workspace): Checked[] {
  return simpleCommands(line).map((argv) => checkCommand(argv, workspace));
}

function checkCommand(argv: Argv, workspace: Workspace): Checked {
  const [program = '', ...args] = argv;
  if (program === 'nx') return checkNx(args, workspace);
  if (program === 'npm') return checkNpm(args, workspace);
  if (['jest', 'tsx', 'tsc', 'eslint', 'prettier'].includes(program)) return checkFiles(args, workspace);
  if (others.includes(program)) return { how: 'not ours' };
  return { how: 'not ours', problem: `${program} is not a program that pages may name (check-command.ts)` };
}

function checkNx([verb = '', ...args]: Argv, workspace: Workspace): Checked {
  if (verb === 'g') return checkGenerator(args, workspace);
  if (nxCommands.includes(verb)) return { how: "Nx's own" };
  const { words, options } = parseArguments(args, short);
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !ofNx.includes(name)));
  if (verb === 'run') {
    const [project = '', target = ''] = (words[0] ?? '').split(':');
    return checkTarget(project, target, { options: own, workspace });
  }
  if (verb !== 'run-many' && verb !== 'affected') return { how: 'options', problem: `nx has no command ${verb}` };
  if (options['targets'] === undefined) return { how: "Nx's own" };
  const targets = String(options['targets']).split(',');
  const checked = targets.map((target) => checkTarget('orders', target, { options: own, workspace }));
  return checked.find(({ problem }) => problem !== undefined) ?? { how: 'options' };
}

function checkTarget(
  project: string,
  target: string,
  { options, workspace }: { readonly options: Readonly<Record<string, unknown>>; readonly workspace: Workspace },
): Checked {
  const named = workspace.targets.get(project);
  if (named?.includes(target)) return { how: 'options' };
  const of = project === 'infrastructure' ? 'infrastructure' : 'service';
  const executor = Object.entries(executors).find(([name]) => {
    const command = commandNamed(name as CommandName);
    return command.of === of && command.target === target;
  })?.[1];
  if (executor) return checkOptions(executor, options, `${project}:${target}`);
  if (ofBenchmarks.includes(target) || (of === 'service' && ofStacks.includes(target))) return { how: 'options' };
  return { how: 'options', problem: `there is no target ${project}:${target}` };
}

/** Reads options as the command itself would. A value that a page cuts short stands for a whole one. */
function checkOptions({ options }: Executor, given: Readonly<Record<string, unknown>>, doing: string): Checked {
  // Without options it is the name of a command, which may need some.
  if (Object.keys(given).length === 0) return { how: 'options' };
  const whole = Object.entries(given).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll(/plan-[0-9a-f]+…/g, `plan-${'0'.repeat(32)}`) : value,
  ]);
  try {
    readDeclared(Object.fromEntries(whole) as Readonly<Record<string, unknown>>, options, { doing, service: 'orders' });
    return { how: 'options' };
  } catch (error) {
    if (!(error instanceof ProductError)) throw error;
    return { how: 'options', problem: error.facts.reason };
  }
}

function checkGenerator([name = '', ...args]: Argv, { generators }: Workspace): Checked {
  const [plugin, generator = ''] = name.split(':');
  if (plugin !== pluginPackage) return { how: 'not ours' };
  const schema = generators.get(generator);
  if (!schema) return { how: 'generator', problem: `there is no generator ${name}` };
  const { words, options } = parseArguments(args);
  const known = Object.keys(schema.properties);
  const unknown = Object.keys(options).filter(
    (each) => ![...known, 'dry-run', 'help', 'verbose', 'interactive'].includes(each),
  );
  if (unknown.length > 0) return { how: 'generator', problem: `${name} has no option --${unknown[0]}` };
  const positional = Object.values(schema.properties).filter((each) => '$default' in each);
  if (words.length > positional.length) return { how: 'generator', problem: `${name} takes no ${words.at(-1)}` };
  const wrong = known.find(
    (each) => schema.properties[each]!.type === 'boolean' && !['boolean', 'undefined'].includes(typeof options[each]),
  );
  return wrong === undefined ? { how: 'generator' } : { how: 'generator', problem: `--${wrong} takes no value` };
}

function checkNpm([verb = '', script = '']: Argv, { scripts }: Workspace): Checked {
  if (['ci', 'install', 'exec', 'login', 'view', 'uninstall'].includes(verb)) return { how: 'not ours' };
  const name = verb === 'test' ? 'test' : script;
  return scripts.includes(name) ? { how: 'script' } : { how: 'script', problem: `package.json has no script ${name}` };
}

function checkFiles(args: Argv, { hasFile }: Workspace): Checked {
  const missing = args.find((each) => /^tools\/.*\.\w+$/.test(each) && !hasFile(each));
  return missing === undefined ? { how: 'file' } : { how: 'file', problem: `there is no ${missing}` };
}

import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { commands, commandNamed, type Command, type CommandName } from '../../graph/commands.ts';
import { executorNamed, isExecutor } from '../../graph/executor-name.ts';
import { Refusal } from '../../../model/errors/product-error.ts';
import { pluginOptionsIn, readPluginOptionsIn } from '../../../model/workspace/plugin-options.ts';
import { servicesIn } from './service-names.ts';

const entries = Object.entries(commands) as [CommandName, Command][];
const targetNames: ReadonlySet<string> = new Set(entries.map(([, { target }]) => target));

/** Parts of remedies that name a project of the repository that the plugin comes from. */
const localPlatform = /(?:, or start|; for) the local platform(?: with|:) `nx run local-platform:up`/g;

/** The fate of this plugin's targets in the workspace's graph, which other plugins, files and defaults have a say in. */
export class WorkspaceTargets {
  private readonly context: Pick<ExecutorContext, 'projectGraph' | 'nxJsonConfiguration'>;

  constructor(context: Pick<ExecutorContext, 'projectGraph' | 'nxJsonConfiguration'>) {
    this.context = context;
  }

  /** Returns a target of a project, if it has it. @param name of this plugin's own without the prefix. */
  target(project: string, name: string): TargetConfiguration | undefined {
    return this.targetsOf(project)[targetNames.has(name) ? this.prefix + name : name];
  }

  /** Returns warnings: targets of this plugin that another one of the same name hides. @param project undefined for all. */
  hidden(project?: string): string[] {
    const projects = project === undefined ? Object.keys(this.context.projectGraph.nodes) : [project];
    return projects.flatMap((each) => {
      const lost = this.hiddenOf(each);
      if (lost.length === 0) return [];
      const isRelease = lost.some(({ name }) => name === 'release');
      const [which, owners] = [lost.map(({ target }) => target), [...new Set(lost.map(({ owner }) => owner))]];
      return [
        `${each} has no target ${which.join(', ')} of this plugin: ${owners.join(', ')} took the name${isRelease ? ', so that it counts as no service here' : ''}. Rename that one in its project.json or package.json, or set \`targetPrefix\` in nx.json.`,
      ];
    });
  }

  private hiddenOf(project: string) {
    const targets = this.targetsOf(project);
    const executors = Object.values(targets).map(({ executor }) => executor);
    const has = (name: CommandName) => executors.some((executor) => isExecutor(executor, name));
    const kinds = new Set(entries.filter(([name]) => has(name)).map(([, { of }]) => of));
    return entries
      .filter(([, { of, isCached, isContinuous }]) => {
        // Another check in the place of ours, or another way to run a service from its sources, is meant so.
        return kinds.has(of) && !isCached && !isContinuous;
      })
      .map(([name, command]) => ({ name, target: this.prefix + command.target }))
      .filter(({ name, target }) => targets[target] !== undefined && !isExecutor(targets[target].executor, name))
      .map(({ name, target }) => ({ name, target, owner: ownerOf(targets[target]!) }));
  }

  /** Refuses mistakes in the plugin's options, and a command whose result Nx would take from its cache. @throws {Refusal} */
  require(project: string, name: CommandName): void {
    pluginOptionsIn(this.context.nxJsonConfiguration);
    const command: Command = commandNamed(name);
    const target = this.prefix + command.target;
    if (command.isCached || this.targetsOf(project)[target]?.cache !== true) return;
    const defaults = this.context.nxJsonConfiguration.targetDefaults as
      Record<string, { cache?: unknown } | undefined> | undefined;
    const key = [executorNamed(name), target].find((each) => defaults?.[each]?.cache === true);
    const place = key === undefined ? `the target ${target} of ${project}` : `\`targetDefaults["${key}"]\` of nx.json`;
    throw new Refusal({
      type: 'cached-target',
      doing: `${target} ${project}`,
      reason: `nx.json caches it (\`"cache": true\` for ${place}): the next time it would show the old output, and ${command.deploys ? 'deploy' : 'look at'} nothing.`,
      remedy: `Write \`"cache": false\` for ${place}${key === undefined ? '' : ', or take it out there'}; or set \`targetPrefix\` in nx.json, where that is meant for targets of your own.`,
    });
  }

  /**
   * Returns a text with the commands in it as they are typed in this workspace, by the projects' names and with the prefix, and
   * without those of projects that it has not.
   */
  readonly typed = (text: string): string => {
    const { prefix } = this;
    const projects = new Map(servicesIn(this.context.projectGraph).map(({ name, project }) => [name, project]));
    const targetOf = (target: string) => (targetNames.has(target) ? prefix + target : target);
    const ofHome = this.context.projectGraph.nodes['local-platform'] ? /$^/g : localPlatform;
    return text
      .replaceAll(ofHome, '')
      .replaceAll(/\bnx run ([\w@/.-]+):([\w-]+)/g, (_, name: string, target: string) => {
        const project = targetNames.has(target) ? (projects.get(name) ?? name) : name;
        return `nx run ${project}:${targetOf(target)}`;
      })
      .replaceAll(/\bnx (run-many|affected) -t ([\w-]+)/g, (_, verb: string, target: string) => {
        return `nx ${verb} -t ${targetOf(target)}`;
      });
  };

  private get prefix(): string {
    return readPluginOptionsIn(this.context.nxJsonConfiguration).options.targetPrefix;
  }

  private targetsOf(project: string): Record<string, TargetConfiguration> {
    return this.context.projectGraph.nodes[project]?.data.targets ?? {};
  }
}

/** Names what a target of others runs. */
function ownerOf({ executor, command, options }: TargetConfiguration): string {
  const { command: given, script } = (options ?? {}) as { command?: unknown; script?: unknown };
  if (executor === 'nx:run-script') return `the script "${String(script)}" of its package.json`;
  const run = command ?? given;
  return typeof run === 'string'
    ? `\`${run.slice(0, 60)}\``
    : executor === undefined
      ? 'nothing'
      : `the executor ${executor}`;
}

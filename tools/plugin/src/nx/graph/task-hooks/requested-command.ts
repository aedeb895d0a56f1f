import { commands, type CommandName } from '../commands.ts';

/** A command of this plugin that Nx was called for. */
export interface RequestedCommand {
  readonly name: CommandName;
  /** The project; undefined for a command for many. */
  readonly project: string | undefined;
}

/** Reports whether Nx was called for any command of this plugin. */
export function isOurs(argv: readonly string[], prefix: string): boolean {
  return requestedCommands(argv, prefix).length > 0;
}

/**
 * Finds the commands of this plugin that Nx was called for, whether as `nx run orders:release`, `nx orders:release`,
 * `nx release orders`, or for many.
 * @param argv of Nx's process. @param prefix of this plugin's targets.
 */
export function requestedCommands(argv: readonly string[], prefix = ''): RequestedCommand[] {
  const [first = '', ...rest] = argv.slice(2).filter((word, index) => index === 0 || word !== '--');
  const named = (target: string, project: string | undefined) =>
    target.startsWith(prefix) ? commandsOf(target.slice(prefix.length), project) : [];
  if (first === 'run-many' || first === 'affected')
    return targetsOf(rest).flatMap((target) => named(target, undefined));
  // Nx has a command of this name itself.
  if (first === 'release') return [];
  const words = rest.filter((word) => !word.startsWith('-'));
  const [project, target] = first === 'run' ? (words[0] ?? '').split(':') : first.split(':');
  if (target !== undefined) return named(target, project);
  return named(first, words[0]);
}

/** Targets of `-t release,lint`, `-t release lint`, `--targets=release`. */
function targetsOf(words: readonly string[]): string[] {
  const at = words.findIndex((word) => /^(-t|--targets?)(=|$)/.test(word));
  if (at < 0) return [];
  const [, given] = words[at]!.split('=');
  const end = words.findIndex((word, index) => index > at && word.startsWith('-'));
  const texts = given === undefined ? words.slice(at + 1, end < 0 ? undefined : end) : [given];
  return texts.flatMap((text) => text.split(',')).map((text) => text.trim());
}

/** The service's command of a target, or the infrastructure's where it is for that or where no service has it. */
function commandsOf(target: string, project: string | undefined): RequestedCommand[] {
  const found = Object.keys(commands).filter(
    (name): name is CommandName => commands[name as CommandName].target === target,
  );
  const isOther = ({ of }: { readonly of: string }) => (of === 'infrastructure') !== (project === 'infrastructure');
  const own = found.filter((name) => project === undefined || !isOther(commands[name]));
  return own.map((name) => ({ name, project }));
}

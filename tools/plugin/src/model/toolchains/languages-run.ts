import type { Language } from './toolchain.ts';

/** A target of a project, as far as it tells which tools it starts: in `project.json` or in Nx's graph. */
export interface TargetLike {
  readonly executor?: string | undefined;
  /** The short form of `nx:run-commands`. */
  readonly command?: string | undefined;
  readonly options?: unknown;
  readonly dependsOn?: unknown;
}

export type TargetsLike = Readonly<Record<string, TargetLike>>;

/** Targets that run before a service is released. */
export const serviceBuilds = ['build', 'lint', 'test'] as const;
/** Of a library, what a service's `build` runs first (`^build`). */
export const libraryBuilds = ['build'] as const;

/** Programs that are a language's tool, or need it. */
const programs: readonly (readonly [Language, RegExp])[] = [
  ['go', /^(go|gofmt|gofumpt|goimports|golangci-lint|staticcheck|govulncheck|mage|air)$/],
  [
    'python',
    /^(python|python\d(\.\d+)?|pip|pip\d(\.\d+)?|poetry|pipenv|pdm|hatch|pytest|tox|nox|ruff|black|mypy|pyright)$/,
  ],
  ['dotnet', /^(dotnet|msbuild|nuget)$/],
  [
    'node',
    /^(node|npm|npx|pnpm|yarn|tsc|tsx|ts-node|jest|vitest|eslint|prettier|esbuild|vite|webpack|rollup|next|nest)$/,
  ],
];
/** Programs that run what their files say. */
const scriptRunners = /^(make|gmake|just|task|bazel|bazelisk|buck2|pants|earthly|sh|bash|dash|zsh|ksh|\.|source)$/;
/** Executors of Nx for what Node.js runs. */
const nodeExecutors = /^(@nx\/(?!dotnet|gradle|maven|go|python)[\w-]+|nx):/;

/** The languages that targets run, as far as it can be seen. */
export interface LanguagesRun {
  readonly languages: ReadonlySet<Language>;
  /** Set where a script or an executor of others is run, of which nobody can tell what it starts. */
  readonly hasOpaque: boolean;
}

/**
 * Finds the languages whose tools targets start, those of the same project that they depend on included. What a project is
 * written in is another question: a script in Python that nothing runs needs no Python.
 */
export function languagesRun(targets: TargetsLike, names: readonly string[]): LanguagesRun {
  const languages = new Set<Language>();
  let hasOpaque = false;
  for (const target of reached(targets, names)) {
    const commands = commandsOf(target);
    if (commands === undefined) {
      if (nodeExecutors.test(target.executor ?? '')) languages.add('node');
      else hasOpaque = true;
    } else
      for (const program of commands.flatMap(programsOf)) {
        const language = programs.find(([, names]) => names.test(program.slice(program.lastIndexOf('/') + 1)))?.[0];
        if (language) languages.add(language);
        else if (scriptRunners.test(program) || /^\.{0,2}\/|\.(sh|bash)$/.test(program)) hasOpaque = true;
      }
  }
  return { languages, hasOpaque };
}

/** The targets of the names, and those of the same project that run before them. */
function reached(targets: TargetsLike, names: readonly string[]): TargetLike[] {
  const found = new Set(names);
  // A set is walked in the order of insertion, also of what is inserted meanwhile.
  for (const name of found) {
    const { dependsOn } = targets[name] ?? {};
    for (const each of Array.isArray(dependsOn) ? (dependsOn as unknown[]) : []) {
      const own = typeof each === 'string' ? each : ownTarget(each);
      if (own !== undefined && /^[^^:]+$/.test(own)) found.add(own);
    }
  }
  return [...found].flatMap((name) => (Object.hasOwn(targets, name) ? targets[name]! : []));
}

/** The target of a dependency that is written as an object, where it is one of the same project. */
function ownTarget(dependency: unknown): string | undefined {
  const { target, projects, dependencies } = (dependency ?? {}) as Record<string, unknown>;
  return typeof target === 'string' && projects === undefined && dependencies !== true ? target : undefined;
}

/** The command lines of a target; undefined for one of an executor that is not `nx:run-commands`. */
function commandsOf({ executor, command, options }: TargetLike): string[] | undefined {
  if (executor === 'nx:noop') return [];
  if (executor !== undefined && executor !== 'nx:run-commands') return undefined;
  const { command: own, commands } = (options ?? {}) as Record<string, unknown>;
  const lines = [command, own, ...(Array.isArray(commands) ? (commands as unknown[]) : [commands])];
  return lines.flatMap((line) => textOf(line));
}

/** A command as text: it may be a list of words, or an object that holds it. */
function textOf(line: unknown): string[] {
  if (typeof line === 'string') return [line];
  if (Array.isArray(line)) return [line.join(' ')];
  const { command } = (line ?? {}) as { command?: unknown };
  return command === undefined ? [] : textOf(command);
}

/** The programs that a line of shell starts. */
function programsOf(line: string): string[] {
  return line
    .replace(/\s-c\s+["']/g, ' ; ')
    .split(/&&|\|\||[;|&\n(){}`]|\$\(/)
    .flatMap((part) => {
      const words = part
        .trim()
        .split(/\s+/)
        .filter((word) => !/^(!|exec|env|time|command|nohup|then|do|else|if|while)$/.test(word));
      const program = words.find((word) => !/^[A-Za-z_]\w*=/.test(word));
      return program === undefined ? [] : [program.replace(/^["']|["']$/g, '')];
    });
}

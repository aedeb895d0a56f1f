import { parseArgs } from 'node:util';
import { Refusal } from '../../../plugin/src/model/errors/product-error.ts';
import type { PlatformOptions } from '../platform.ts';
import type { ProviderName } from '../providers/provider.ts';

/** A command line, parsed. */
export type PlatformCommand =
  | { readonly name: 'help' }
  | { readonly name: 'up'; readonly json: boolean; readonly options: PlatformOptions }
  | { readonly name: 'down'; readonly purge: boolean }
  | { readonly name: 'status'; readonly json: boolean }
  | { readonly name: 'logs'; readonly component: string | undefined; readonly follow: boolean };

/** Shown by `help`. */
export const usage = `A registry and a Kubernetes cluster on this machine.

  up      Start them, adopt the ones that run, or complete a minimal platform
          --minimal                       only what releasing and calling a service needs
          --provider=context|kind|built   where the cluster comes from
          --context=NAME                  use the cluster of this context
          --registry=HOST                 and this registry, which that cluster can pull from
          --gateway=URL                   and reach its services here
          --json                          print the status as one line
  down    Stop them; no process, mount, interface, packet rule or state is left (--purge: the same)
  status  Show what runs (--json: as one line); exit code 3 when not everything does
  logs    Show the last lines of all logs, or all of one: logs kubelet (--follow)`;

const providers: readonly ProviderName[] = ['context', 'kind', 'built'];

const optionsOf = {
  up: {
    minimal: { type: 'boolean' },
    provider: { type: 'string' },
    context: { type: 'string' },
    registry: { type: 'string' },
    gateway: { type: 'string' },
    json: { type: 'boolean' },
  },
  down: { purge: { type: 'boolean' } },
  status: { json: { type: 'boolean' } },
  logs: { follow: { type: 'boolean' } },
  help: {},
} as const;

/** Parses the arguments. @throws {Refusal} for unknown commands and options. */
export function parseCommandLine(args: readonly string[]): PlatformCommand {
  const [name = 'help', ...rest] = args;
  if (args.includes('--help') || args.includes('-h')) return { name: 'help' };
  if (!Object.hasOwn(optionsOf, name)) throw misuse(`Unknown command \`${name}\`.`);
  const command = name as keyof typeof optionsOf;
  const { values, positionals } = parsed(command, rest);
  const text = (key: string) => values[key] as string | undefined;
  const flag = (key: string) => values[key] === true;
  if (positionals.length > (command === 'logs' ? 1 : 0)) throw misuse(`Unexpected argument \`${positionals.at(-1)}\`.`);
  switch (command) {
    case 'help':
      return { name: 'help' };
    case 'up':
      return { name: 'up', json: flag('json'), options: upOptions(text, flag('minimal')) };
    case 'down':
      return { name: 'down', purge: flag('purge') };
    case 'status':
      return { name: 'status', json: flag('json') };
    case 'logs':
      return { name: 'logs', component: positionals[0], follow: flag('follow') };
  }
}

function parsed(command: keyof typeof optionsOf, args: string[]) {
  try {
    return parseArgs({ args, options: optionsOf[command], allowPositionals: true, strict: true }) as {
      values: Record<string, unknown>;
      positionals: string[];
    };
  } catch (error) {
    throw misuse(`${(error as Error).message.split('. ')[0]}.`);
  }
}

function upOptions(text: (key: string) => string | undefined, minimal: boolean): PlatformOptions {
  const [provider, context, registry, gateway] = ['provider', 'context', 'registry', 'gateway'].map(text);
  if (provider !== undefined && !providers.includes(provider as ProviderName)) {
    throw misuse(`Unknown provider \`${provider}\`; the providers are ${providers.join(', ')}.`);
  }
  if (provider === 'context' && context === undefined) throw misuse('`--provider=context` requires `--context=NAME`.');
  if (context !== undefined && provider !== undefined && provider !== 'context') {
    throw misuse(`\`--context\` cannot be combined with \`--provider=${provider}\`.`);
  }
  if (context === undefined && (registry !== undefined || gateway !== undefined)) {
    throw misuse('`--registry` and `--gateway` require `--context=NAME`.');
  }
  return {
    ...(minimal ? { scope: 'minimal' } : {}),
    ...(provider === undefined ? {} : { provider: provider as ProviderName }),
    ...(context === undefined ? {} : { context }),
    ...(registry === undefined ? {} : { registry }),
    ...(gateway === undefined ? {} : { gateway }),
  };
}

function misuse(reason: string): Refusal {
  return new Refusal({
    type: 'misused-command',
    doing: 'parse the command line',
    reason,
    remedy: 'See `npx tsx tools/local-platform/src/main.ts help` or docs/local-platform.md.',
  });
}

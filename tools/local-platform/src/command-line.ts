import { parseArgs } from 'node:util';
import { Refusal } from '../../plugin/src/model/errors/product-error.ts';
import type { PlatformOptions } from './platform.ts';
import type { ProviderName } from './providers/provider.ts';

/** What the user asked for. */
export type PlatformCommand =
  | { readonly name: 'help' }
  | { readonly name: 'up'; readonly json: boolean; readonly options: PlatformOptions }
  | { readonly name: 'down'; readonly purge: boolean }
  | { readonly name: 'status'; readonly json: boolean }
  | { readonly name: 'logs'; readonly component: string | undefined; readonly follow: boolean };

/** Shown by `help`. */
export const usage = `A registry and a Kubernetes on this machine.

  up      brings them up, or adopts what runs already
          --provider=context|kind|built   where the cluster comes from
          --context=NAME                  use the cluster of this context
          --registry=HOST                 and this registry, which that cluster can pull from
          --gateway=URL                   and reach its services here
          --json                          print the status as one line
  down    ends them; leaves no process, mount, interface or packet rule (--purge: and no state)
  status  what runs (--json: as one line); exit code 3 when it does not all run
  logs    the last lines of all logs, or all of one: logs kubelet (--follow)`;

const providers: readonly ProviderName[] = ['context', 'kind', 'built'];

const optionsOf = {
  up: {
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

/** Reads the arguments, and refuses what it does not know. */
export function parseCommandLine(args: readonly string[]): PlatformCommand {
  const [name = 'help', ...rest] = args;
  if (args.includes('--help') || args.includes('-h')) return { name: 'help' };
  if (!Object.hasOwn(optionsOf, name)) throw misuse(`there is no command \`${name}\`.`);
  const command = name as keyof typeof optionsOf;
  const { values, positionals } = parsed(command, rest);
  const text = (key: string) => values[key] as string | undefined;
  const flag = (key: string) => values[key] === true;
  if (positionals.length > (command === 'logs' ? 1 : 0))
    throw misuse(`\`${positionals.at(-1)}\` is one word too many.`);
  switch (command) {
    case 'help':
      return { name: 'help' };
    case 'up':
      return { name: 'up', json: flag('json'), options: upOptions(text) };
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

function upOptions(text: (key: string) => string | undefined): PlatformOptions {
  const [provider, context, registry, gateway] = ['provider', 'context', 'registry', 'gateway'].map(text);
  if (provider !== undefined && !providers.includes(provider as ProviderName)) {
    throw misuse(`there is no provider \`${provider}\`; there are ${providers.join(', ')}.`);
  }
  if (provider === 'context' && context === undefined) throw misuse('--provider=context needs --context=NAME.');
  if (context !== undefined && provider !== undefined && provider !== 'context') {
    throw misuse(`--context goes with the provider context, not with ${provider}.`);
  }
  if (context === undefined && (registry !== undefined || gateway !== undefined)) {
    throw misuse('--registry and --gateway go with --context=NAME.');
  }
  return {
    ...(provider === undefined ? {} : { provider: provider as ProviderName }),
    ...(context === undefined ? {} : { context }),
    ...(registry === undefined ? {} : { registry }),
    ...(gateway === undefined ? {} : { gateway }),
  };
}

function misuse(reason: string): Refusal {
  return new Refusal({
    type: 'misused-command',
    doing: 'understand the command',
    reason,
    remedy: 'See `npx tsx tools/local-platform/src/main.ts help` or docs/local-platform.md.',
  });
}

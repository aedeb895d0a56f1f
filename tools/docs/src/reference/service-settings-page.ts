import { commandNamed } from '../../../plugin/src/nx/graph/commands.ts';
import { executors } from '../../../plugin/src/nx/executors/executors.ts';
import { code, page, table } from './page.ts';
import { typeName, type Schema } from './schema.ts';

const example = `{
  "targets": {
    "docker-release": {
      "options": { "build": { "context": ".", "args": { "NODE_VERSION": "24" } } }
    },
    "k8s-deploy": { "options": { "timeout": 600 } }
  }
}`;

/** Returns the page of what a service's `project.json` may say. */
export function serviceSettingsPage(): string {
  return page('Settings of a service', 'the options that executors declare', [
    'A service needs no settings. What is particular to one stands in `project.json` (or below `nx` in `package.json`), in the options of the target that reads it; for all services, in `targetDefaults` of `nx.json`:',
    '',
    '```json',
    example,
    '```',
    '',
    'Every option of a [command](../commands.md) may stand there, in camelCase. What is typed goes before what is written. The options below are maps, and are only written:',
    ...blocks(),
  ]);
}

/** Returns a section for each option that is a map. */
function blocks(): string[] {
  return Object.values(executors).flatMap(({ command, options }) => {
    const { target, of } = commandNamed(command);
    const found = Object.entries(options).filter(([, { kind }]) => kind === 'block');
    if (of !== 'service') return [];
    return found.flatMap(([name, { description, schema }]) => [
      '',
      `## \`${name}\` of \`${target}\``,
      '',
      `${description}.`,
      '',
      ...table(['key', 'type', 'meaning'], rowsOf(schema as Schema | undefined)),
    ]);
  });
}

function rowsOf(schema: Schema | undefined): string[][] {
  return Object.entries(schema?.properties ?? {}).map(([name, key]) => [
    code(name),
    typeName(key),
    key.description ?? keysWithin(key),
  ]);
}

function keysWithin({ properties = {} }: Schema): string {
  return Object.keys(properties).map(code).join(', ');
}

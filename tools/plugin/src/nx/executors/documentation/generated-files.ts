import type { CommandName } from '../../graph/commands.ts';
import { executors } from '../executors.ts';
import { commandsPage } from './command-tables.ts';
import { executorSchema, executorsFile, schemaPath } from './executor-schema.ts';

/** Returns the files that are generated from what executors declare: their paths in the workspace, and their contents. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const names = Object.keys(executors) as CommandName[];
  const json = (value: object) => JSON.stringify(value, undefined, 2);
  return new Map([
    ...names.map((name): [string, string] => [
      `tools/plugin/src/${schemaPath(name)}`,
      json(executorSchema(executors[name])),
    ]),
    ['tools/nx/executors.json', json(executorsFile(names))],
    ['docs/commands.md', commandsPage(Object.values(executors))],
  ]);
}

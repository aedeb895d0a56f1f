// Prints a digest of what decides what `api-lint` finds besides a service's own files: the sources that look for it, and
// which environments publish by API Management. An input of that target, which Nx reads by this command: were these files
// inputs themselves, a change of them would affect every service.
// argv: the folder that holds `environments`, relative to the workspace's root.
const { createHash } = require('node:crypto');
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '../..');
const sources = 'tools/plugin/src';
const folders = ['model/facade', 'model/changes/api', 'use-cases/facade', 'adapters/redocly', 'adapters/workspace'];
const hash = createHash('sha256');
const files = [
  ...folders.flatMap((folder) => sourcesIn(`${sources}/${folder}`)),
  ...sourcesIn(`${sources}/nx/executors/service/api-lint`),
  ...filesIn(`${process.argv.at(-1)}/environments`),
  'node_modules/@redocly/openapi-core/package.json',
  'node_modules/yaml/package.json',
];
for (const file of files)
  hash
    .update(`${file}\0`)
    .update(readFileSync(join(root, file)))
    .update('\0');
console.log(hash.digest('hex'));

function sourcesIn(folder) {
  return filesIn(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
}

function filesIn(folder) {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

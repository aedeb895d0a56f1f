// Prints a digest of what decides what `api-lint` finds besides a service's own files: this package, and which environments
// publish by API Management. An input of that target, which Nx reads by this command: were these files inputs themselves, a
// change of them would affect every service.
// argv: the folder that holds `environments`, relative to the workspace's root.
const { createHash } = require('node:crypto');
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const environments = join(process.cwd(), process.argv.at(-1), 'environments');
const names = existsSync(environments) ? readdirSync(environments).filter((name) => /\.ya?ml$/.test(name)) : [];
const files = [
  ...['../package.json', 'executors-code.cjs'].map((name) => join(__dirname, name)),
  ...names.sort().map((name) => join(environments, name)),
];
const hash = createHash('sha256');
for (const file of files) hash.update('\0').update(readFileSync(file));
console.log(hash.digest('hex'));

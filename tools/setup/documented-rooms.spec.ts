import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
const config = readFileSync(join(root, 'eslint.config.mjs'), 'utf8');

/** Returns a constant of `eslint.config.mjs`. Read as text: the module would load every lint rule. */
function constant(name: string): unknown {
  const [, literal] = new RegExp(`^const ${name} = (\\{.*?^\\});$`, 'ms').exec(config)!;
  return new Function(`return ${literal}`)();
}

/** Returns the rooms of a table of the page, with what each may import. */
function tableAfter(line: string): Record<string, string[]> {
  const table = page.slice(page.indexOf(line) + line.length).trimStart();
  const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(2);
  const names = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
  return Object.fromEntries(
    rows.map((row) => {
      const cells = row.split('|');
      return [names(cells[1])[0], names(cells.at(-2))];
    }),
  );
}

const sorted = (rooms: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(rooms).map(([name, imports]) => [name, [...imports].sort()]));

it('lists the layers as eslint.config.mjs has them', () => {
  const layers = constant('layers') as Record<string, string[]>;
  expect(sorted(tableAfter('## Rooms, and what they may import'))).toEqual(sorted(layers));
});

it.each(['use-cases', 'model', 'adapters'])('lists the rooms of %s as eslint.config.mjs has them', (layer) => {
  const rooms = constant('rooms') as Record<string, Record<string, string[]>>;
  expect(sorted(tableAfter(`Within \`${layer}\`:`))).toEqual(sorted(rooms[layer]!));
});

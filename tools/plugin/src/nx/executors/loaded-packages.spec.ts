import { buildSync } from 'esbuild';
import { join } from 'node:path';

/** Packages that take long to load, each of which few commands need. */
const large = /^(@azure|@kubernetes|@octokit|@redocly)\//;

describe('what every command loads', () => {
  it('has none of the large packages in it, which are imported where they are needed', () => {
    const { metafile } = buildSync({
      ...{ entryPoints: [join(__dirname, 'index.ts')], bundle: true, write: false, metafile: true, outfile: 'x.cjs' },
      ...{ packages: 'external', platform: 'node', format: 'cjs' },
    });
    const imports = Object.entries(metafile.inputs).flatMap(([file, { imports: all }]) =>
      all.filter(({ path }) => large.test(path)).map(({ kind, path }) => ({ kind, of: `${path} in ${file}` })),
    );
    expect(imports.filter(({ kind }) => kind !== 'dynamic-import').map(({ of }) => of)).toEqual([]);
    expect(imports.map(({ of }) => of.split(' ')[0])).toContain('@azure/arm-apimanagement');
  });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(__dirname, '../build/build.mjs');
const root = mkdtempSync(join(tmpdir(), 'build-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Builds a service that says what its description holds. That bytes are the same everywhere is in tools/stack-check. */
function build(folder: string): void {
  mkdirSync(join(root, folder, 'src'), { recursive: true });
  writeFileSync(join(root, folder, 'openapi.yaml'), "openapi: 3.1.0\npaths: { '/here': {} }\n");
  writeFileSync(
    join(root, folder, 'src/main.ts'),
    "import description from '../openapi.yaml';\nconsole.log(Object.keys(description.paths as object).join());\n",
  );
  execFileSync(process.execPath, [script, join(root, folder)]);
}

describe('build', () => {
  it('bundles the description', () => {
    build('run');
    const output = execFileSync(process.execPath, [join(root, 'run/dist/main.cjs')], { cwd: tmpdir() });
    expect(String(output)).toBe('/here\n');
  });

  it('puts the bundle where the environment says, and what went into it', () => {
    build('told');
    const [folder, metafile] = [join(root, 'elsewhere'), join(root, 'meta.json')];
    execFileSync(process.execPath, [script, join(root, 'told')], {
      env: { ...process.env, BUNDLE_FOLDER: folder, BUNDLE_METAFILE: metafile },
    });
    expect(readdirSync(folder)).toEqual(['main.cjs', 'main.cjs.map']);
    const { inputs } = JSON.parse(readFileSync(metafile, 'utf8')) as { inputs: object };
    expect(Object.keys(inputs).map((path) => path.split('/').at(-1))).toEqual(['openapi.yaml', 'main.ts']);
  });
});

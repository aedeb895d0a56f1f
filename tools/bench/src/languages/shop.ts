/** A workspace of services and libraries in four languages, a quarter of each. */
export interface Size {
  readonly services: number;
  readonly libraries: number;
}

/** The size that issue 21 names. */
export const fullSize: Size = { services: 1000, libraries: 300 };

const languages = ['node', 'go', 'python', 'dotnet'] as const;
type Language = (typeof languages)[number];

/** Source files of each project, besides those that name its references. */
const sourcesEach = 8;

interface Project {
  readonly name: string;
  readonly folder: string;
  readonly language: Language;
  /** Names of the libraries that it needs. */
  readonly needs: readonly string[];
}

/**
 * Returns the files of a workspace, by path.
 * @param references `in-sources`: each project refers to its libraries as its language does. `by-hand`: no file is one of a
 * language that Nx does not read, and project.json names the libraries. The graphs are the same, and the number of files.
 */
export function filesOf(size: Size, references: 'in-sources' | 'by-hand'): Map<string, string> {
  const files = new Map<string, string>();
  const put = (path: string, text: string) => files.set(references === 'by-hand' ? disguised(path) : path, text);
  for (const project of projectsOf(size)) {
    const { name, folder, language, needs } = project;
    const isByHand = references === 'by-hand' || language === 'node';
    files.set(
      `${folder}/project.json`,
      JSON.stringify({
        name,
        projectType: folder.startsWith('apps/') ? 'application' : 'library',
        ...(isByHand && { implicitDependencies: needs }),
      }),
    );
    for (const [path, text] of sourcesOf(project)) put(`${folder}/${path}`, text);
  }
  const modules = projectsOf(size).filter(({ language }) => language === 'go');
  put('go.work', `go 1.24\n\nuse (\n${modules.map(({ folder }) => `\t./${folder}\n`).join('')})\n`);
  put('Directory.Build.props', '<Project />\n');
  return files;
}

/** The same file, with a name that says nothing to any language but TypeScript. */
function disguised(path: string): string {
  return /\.(go|mod|work|py|txt|cs|csproj|props)$/.test(path) ? `${path}.text` : path;
}

function projectsOf({ services, libraries }: Size): Project[] {
  const libraryNames = (language: Language) =>
    Array.from({ length: libraries }, (_, index) => index)
      .filter((index) => languages[index % languages.length] === language)
      .map((index) => `library-${index}`);
  const named = (kind: 'service' | 'library', count: number, needs: (index: number, all: string[]) => string[]) =>
    Array.from({ length: count }, (_, index): Project => {
      const language = languages[index % languages.length]!;
      const name = `${kind}-${index}`;
      return {
        name,
        folder: `${kind === 'service' ? 'apps' : 'libs'}/${name}`,
        language,
        needs: needs(index, libraryNames(language)).filter((each) => each !== name),
      };
    });
  return [
    // One that all need, and two others.
    ...named('service', services, (index, all) => [
      ...new Set([all[0]!, all[index % all.length]!, all[(index * 7) % all.length]!]),
    ]),
    // Chains, which end at the first.
    ...named('library', libraries, (index, all) =>
      index < languages.length ? [] : [all[Math.floor(index / languages.length) - 1]!],
    ),
  ];
}

function sourcesOf({ name, language, needs }: Project): [string, string][] {
  const numbers = Array.from({ length: sourcesEach }, (_, index) => index);
  switch (language) {
    case 'node':
      return numbers.map((index) => [`src/part-${index}.ts`, `export const part${index} = '${name}';\n`]);
    case 'go':
      return [
        ['go.mod', `module example.com/${name}\n\ngo 1.24\n`],
        ...numbers.map((index): [string, string] => [
          `part${index}.go`,
          `package main\n\nimport (\n\t"fmt"\n${needs.map((each) => `\t_ "example.com/${each}"\n`).join('')})\n\nfunc part${index}() { fmt.Println("${name}") }\n`,
        ]),
      ];
    case 'python':
      return [
        ['requirements.txt', `starlette==0.50.0\n${needs.map((each) => `-e ../../libs/${each}\n`).join('')}`],
        ['pyproject.toml', `[project]\nname = "${name}"\nversion = "1.0.0"\n`],
        ...numbers.map((index): [string, string] => [`src/part_${index}.py`, `part = "${name}"\n`]),
      ];
    case 'dotnet':
      return [
        [
          `${name}.csproj`,
          `<Project Sdk="Microsoft.NET.Sdk.Web">\n  <ItemGroup>\n${needs.map((each) => `    <ProjectReference Include="..\\..\\libs\\${each}\\${each}.csproj" />\n`).join('')}  </ItemGroup>\n</Project>\n`,
        ],
        ...numbers.map((index): [string, string] => [`Part${index}.cs`, `namespace Shop; class Part${index};\n`]),
      ];
  }
}

import * as xml from '@xmldom/xmldom';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMsbuildXml } from '../../../references/dotnet/msbuild-xml.ts';
import { dependencyChanges, describeDependencyChange } from '../dependency-changes.ts';
import { nugetDependencies, nugetFiles } from './nuget-dependencies.ts';
import { packagesInNugetLock } from './nuget-lock.ts';

/** The lock file of the reference service, as NuGet wrote it. */
const recorded = readFileSync(join(import.meta.dirname, '../recorded/nuget/before.json'), 'utf8');

const folders = { root: 'apps/billing', projectRoots: ['apps/billing', 'libs/pricing'], packages: [] };
type Files = Readonly<Record<string, string>>;

function read(files: Files) {
  const texts = new Map(nugetFiles(Object.keys(files)).map((path) => [path, files[path]!]));
  return nugetDependencies({ ...folders, texts, describe: (file) => `${file} at 1a2b3c` }, (text) =>
    readMsbuildXml(text, xml),
  );
}

const versionsOf = (files: Files) =>
  Object.fromEntries([...read(files).dependencies].map(([name, { versions }]) => [name, versions.join()]));

const project = (items: string) => `<Project Sdk="Microsoft.NET.Sdk.Web">${items}</Project>`;
const reference = (attributes: string) => project(`<ItemGroup><PackageReference ${attributes} /></ItemGroup>`);

describe('nugetDependencies', () => {
  it('reads the lock file of a service, which has the packages of its libraries', () => {
    const files = {
      'apps/billing/Billing.csproj': project(''),
      'apps/billing/packages.lock.json': recorded,
      'libs/pricing/Pricing.csproj': reference('Include="Own" Version="1.0.0"'),
      'libs/pricing/packages.lock.json':
        '{"version":1,"dependencies":{"net10.0":{"Own":{"type":"Direct","resolved":"9.0.0"}}}}',
    };
    const after = recorded
      .replace('"resolved": "10.0.0"', '"resolved": "9.0.0"')
      .replace(/("Serilog": \{\s*"type": )"Transitive"/, '$1"Direct"');
    const [had, has] = [read(files), read({ ...files, 'apps/billing/packages.lock.json': after })];
    expect(has.unknown).toEqual([]);
    expect(had.dependencies.has('Own') || had.dependencies.has('pricing')).toBe(false);
    expect(had.dependencies.get('Serilog.AspNetCore')).toEqual({ versions: ['10.0.0'], isDirect: true });
    expect(dependencyChanges('nuget', had.dependencies, has.dependencies).map(describeDependencyChange)).toEqual([
      'Serilog 4.3.0 (now direct)',
      'Serilog.AspNetCore 10.0.0 → 9.0.0 (downgrade)',
    ]);
  });

  it('tells the target framework of what not all of them get', () => {
    const lock = (version: string, only: object) =>
      JSON.stringify({
        dependencies: {
          'net8.0': { A: { type: 'Direct', resolved: '1.0.0' }, B: { type: 'Direct', resolved: version }, ...only },
          'net10.0': { A: { type: 'Direct', resolved: '1.0.0' }, B: { type: 'CentralTransitive', resolved: '2.0.0' } },
          'net10.0/linux-x64': { A: { type: 'Direct', resolved: '1.0.0' } },
        },
      });
    const found = (text: string) =>
      versionsOf({ 'apps/billing/Billing.csproj': project(''), 'apps/billing/packages.Billing.lock.json': text });
    expect(found(lock('2.0.0', {}))).toEqual({ A: '1.0.0', B: '2.0.0' });
    expect(found(lock('1.0.0', { C: { type: 'Transitive', resolved: '3.0.0' } }))).toEqual({
      A: '1.0.0',
      B: '1.0.0 (net8.0),2.0.0 (net10.0)',
      C: '3.0.0 (net8.0)',
    });
  });

  it('reads what project files ask for where there is no lock file, with central versions', () => {
    expect(
      versionsOf({
        'Directory.Packages.props': project(
          '<PropertyGroup><Central>4.0.0</Central></PropertyGroup><ItemGroup><PackageVersion Include="Serilog" Version="$(Central)"/>' +
            '<PackageVersion Include="Other" Version="1.0.0"/><GlobalPackageReference Include="Analyzer" Version="3.0.0"/></ItemGroup>',
        ),
        'Directory.Build.props': reference('Include="Everywhere" Version="1.0.0"'),
        'apps/billing/Billing.csproj': project(
          '<ItemGroup><PackageReference Include="serilog"/><PackageReference Include="Own" VersionOverride="2.0.0"/>' +
            '<PackageReference Include="Element"><Version>5.0.0</Version></PackageReference>' +
            '<PackageReference Include="Unset" Version="$(Nowhere)"/><PackageReference Include="None"/>' +
            '<PackageReference Include="Two" Version="1.0.0" Condition="\'$(TargetFramework)\' == \'net8.0\'"/>' +
            '<PackageReference Include="Two" Version="2.0.0"/></ItemGroup>',
        ),
        'libs/pricing/Pricing.csproj': reference('Include="OfLibrary" Version="7.0.0"'),
        'apps/billing/Billing.Tests.csproj': reference('Include="xunit" Version="1.0.0"'),
        'apps/other/Other.csproj': reference('Include="Foreign" Version="1.0.0"'),
      }),
    ).toEqual({
      serilog: '4.0.0',
      Own: '2.0.0',
      Element: '5.0.0',
      Unset: '$(Nowhere)',
      None: 'any version',
      Two: '1.0.0,2.0.0',
      Analyzer: '3.0.0',
      Everywhere: '1.0.0',
      OfLibrary: '7.0.0',
    });
  });

  it.each([
    ['{', 'It is not JSON.'],
    ['{}', 'It has no "dependencies", as lock files of NuGet have.'],
    ['<<<<<<< HEAD\n=======\n>>>>>>> other\n', 'It holds the marks of a merge conflict (`<<<<<<<`).'],
  ])('names a lock file that cannot be read: %j', (text, reason) => {
    const files = { 'apps/billing/Billing.csproj': project(''), 'apps/billing/packages.lock.json': text };
    expect(read(files).unknown).toEqual([`apps/billing/packages.lock.json at 1a2b3c: ${reason}`]);
    expect(read({ ...files, 'apps/billing/packages.lock.json': `\uFEFF${recorded}` }).unknown).toEqual([]);
  });

  it('names a project file that is not XML', () => {
    expect(read({ 'apps/billing/Billing.csproj': '<Project' }).unknown).toEqual([
      expect.stringMatching(/^apps\/billing\/Billing.csproj at 1a2b3c: This is not XML: .*\.$/),
    ]);
  });

  it('says of a project file with marks of a conflict what it is', () => {
    const text = '<<<<<<< a\n<Project/>\n=======\n>>>>>>> b\n';
    expect(read({ 'apps/billing/Billing.csproj': text }).unknown).toEqual([
      'apps/billing/Billing.csproj at 1a2b3c: It holds the marks of a merge conflict (`<<<<<<<`).',
    ]);
  });

  it('never breaks, whatever a lock file holds', () => {
    fc.assert(fc.property(fc.jsonValue(), (any) => void packagesInNugetLock({ dependencies: any })));
    fc.assert(fc.property(fc.jsonValue(), (any) => void packagesInNugetLock({ dependencies: { net: any } })));
  });
});

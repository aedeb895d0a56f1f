import fc from 'fast-check';
import { InMemorySourceTree } from '../../../../../twins/src/in-memory-source-tree.ts';
import { expand } from '../../../model/references/dotnet/expand.ts';
import { findDotnetReferences } from '../../../model/references/dotnet/dotnet-references.ts';
import { References } from '../../../model/references/reference.ts';
import { msbuildReader } from './msbuild-reader.ts';

const roots = { billing: 'apps/billing', pricing: 'libs/pricing', tax: 'libs/tax', testing: 'libs/testing' };
const libraries = {
  'libs/pricing/Pricing.csproj': '<Project Sdk="Microsoft.NET.Sdk"/>',
  'libs/tax/src/Tax.fsproj': '<Project/>',
  'libs/testing/Testing.vbproj': '<Project/>',
};

async function find(texts: Record<string, string>, of: Record<string, string> = roots) {
  const tree = new InMemorySourceTree(of, { ...libraries, ...texts });
  const references = new References(tree);
  findDotnetReferences(tree, references, await msbuildReader(tree));
  return {
    edges: references.edges.map(({ source, target }) => `${source} -> ${target}`).sort(),
    lost: references.lost.map(({ file, line, written, reason }) => `${file}:${line} ${written}: ${reason}`),
  };
}

const project = (...lines: string[]) => `<Project Sdk="Microsoft.NET.Sdk.Web">\n${lines.join('\n')}\n</Project>\n`;
const reference = (to: string, more = '') => `<ItemGroup><ProjectReference Include="${to}" ${more}/></ItemGroup>`;
const pricing = '../../libs/pricing/Pricing.csproj';
const tax = '..\\..\\libs\\tax\\src\\Tax.fsproj';

describe('findDotnetReferences', () => {
  it.each([
    ['a path', [reference(pricing)], ['pricing']],
    ['backslashes', [reference(tax)], ['tax']],
    [
      'a list, and a pattern',
      [reference(`${pricing}; ${tax};`), reference('../../libs/*ing/*.vbproj')],
      ['pricing', 'tax', 'testing'],
    ],
    ['a deep pattern', [reference('..\\..\\libs\\**\\*.fsproj')], ['tax']],
    [
      'conditions',
      [
        reference(pricing, `Condition="'$(TargetFramework)' == 'net8.0'"`),
        `<ItemGroup Condition="false"><ProjectReference Include="${tax}"/></ItemGroup>`,
      ],
      ['pricing', 'tax'],
    ],
    [
      'a choice',
      [`<Choose><When Condition="a">${reference(pricing)}</When><Otherwise>${reference(tax)}</Otherwise></Choose>`],
      ['pricing', 'tax'],
    ],
    [
      'properties',
      [
        '<PropertyGroup><Libs>..\\..\\libs</Libs><Of>$(Libs)/pricing</Of></PropertyGroup>',
        reference('$(of)\\Pricing.csproj'),
      ],
      ['pricing'],
    ],
    [
      'each value of a property',
      [
        "<PropertyGroup><Of>pricing/Pricing.csproj</Of><Of Condition=\"'$(X)' == ''\">tax/src/Tax.fsproj</Of></PropertyGroup>",
        reference('../../libs/$(Of)'),
      ],
      ['pricing', 'tax'],
    ],
    [
      'properties of MSBuild',
      [
        reference('$(MSBuildThisFileDirectory)../../libs/pricing/Pricing.csproj'),
        reference('$(MSBuildProjectDirectory)\\..\\..\\libs\\tax\\src\\Tax.fsproj'),
      ],
      ['pricing', 'tax'],
    ],
    [
      'files of another project',
      [
        '<ItemGroup><Compile Include="..\\..\\libs\\pricing\\*.csproj" Link="x"/><None Include="../../libs/tax/src/Tax.fsproj"/><None Include="../gone/x"/></ItemGroup>',
      ],
      ['pricing', 'tax'],
    ],
    ['a comment', [`<!-- ${reference(pricing)} -->`], []],
  ])('follows %s', async (_, lines, targets) => {
    const { edges, lost } = await find({ 'apps/billing/Billing.csproj': project(...lines) });
    expect(edges).toEqual(targets.map((target) => `billing -> ${target}`));
    expect(lost).toEqual([]);
  });

  it('follows what Directory.Build.* and imports bring, from the folder of the project', async () => {
    const { edges, lost } = await find({
      'Directory.Build.props': project('<PropertyGroup><Root>$(MSBuildThisFileDirectory)</Root></PropertyGroup>'),
      'apps/Directory.Build.props': project(
        "<Import Project=\"$([MSBuild]::GetPathOfFileAbove('Directory.Build.props', '$(MSBuildThisFileDirectory)../'))\" />",
      ),
      'apps/Directory.Build.targets': project(reference('$(Root)libs/pricing/Pricing.csproj')),
      'apps/billing/Billing.csproj': project(
        '<Import Project="..\\..\\libs\\testing\\shared.props" />',
        '<Import Project="$(MSBuildExtensionsPath)/x.props" />',
        '<Import Project="gone.props" Condition="Exists(\'gone.props\')" />',
        '<Import Project="Sdk.props" Sdk="Some.Sdk" />',
      ),
      // An item's path begins at the project that it is of.
      'libs/testing/shared.props': `\uFEFF${project('<Import Project="shared.props"/>', reference(tax))}`,
    });
    expect(edges).toEqual(['billing -> pricing', 'billing -> tax', 'billing -> testing']);
    expect(lost).toEqual([]);
  });

  it('takes nothing from tests, unless they are a project of their own; circles are no matter', async () => {
    const { edges } = await find(
      {
        'apps/billing/Billing.csproj': project(reference(pricing)),
        'apps/billing/tests/Billing.Checks.csproj': project(reference('../../../libs/testing/Testing.vbproj')),
        'apps/billing/Billing.UnitTests.csproj': project(reference('../../libs/testing/Testing.vbproj')),
        'apps/e2e/E2e.Tests.csproj': project(reference('../../libs/testing/Testing.vbproj')),
        'libs/pricing/Pricing.csproj': project(reference('..\\tax\\src\\Tax.fsproj')),
        'libs/tax/src/Tax.fsproj': project(reference('..\\..\\pricing\\Pricing.csproj')),
      },
      { ...roots, e2e: 'apps/e2e' },
    );
    expect(edges).toEqual(['billing -> pricing', 'e2e -> testing', 'pricing -> tax', 'tax -> pricing']);
  });

  it('names references that lead to no project', async () => {
    const { edges, lost } = await find({
      'build/common.props': project(),
      'apps/billing/Billing.csproj': project(
        '<PropertyGroup><Of>$(SolutionDir)libs</Of></PropertyGroup>',
        reference('$(Of)/pricing/Pricing.csproj'),
        reference('../../libs/gone/Gone.csproj'),
        reference('../../../Other.csproj'),
        reference('../../libs/gone/*.csproj'),
        '<Import Project="../../build/common.props" />',
        '<Import Project="$(Company)/x.props" />',
      ),
      'libs/tax/src/Tax.fsproj': '<Project>\n<ItemGroup>\n</Project>',
    });
    expect(edges).toEqual([]);
    expect(lost.sort()).toEqual([
      "apps/billing/Billing.csproj:3 $(Of)/pricing/Pricing.csproj: nothing in the workspace's files sets $(SolutionDir)",
      'apps/billing/Billing.csproj:4 ../../libs/gone/Gone.csproj: it points nowhere',
      'apps/billing/Billing.csproj:5 ../../../Other.csproj: it leads out of the workspace',
      'apps/billing/Billing.csproj:6 ../../libs/gone/*.csproj: it points nowhere',
      'apps/billing/Billing.csproj:7 ../../build/common.props: build/common.props is part of no project',
      "apps/billing/Billing.csproj:8 Billing.csproj: it imports $(Company)/x.props, and nothing in the workspace's files sets $(Company)",
      expect.stringContaining('libs/tax/src/Tax.fsproj:2 Tax.fsproj: this is not XML: '),
    ]);
  });

  it('reads anything without an error', async () => {
    const read = await msbuildReader({ files: ['a.csproj'] });
    const tags = fc.constantFrom(
      '<Project>',
      '</Project>',
      '<ItemGroup>',
      '<X Include="a">',
      '</X>',
      '&',
      '<!--',
      ']]>',
      'a',
    );
    fc.assert(fc.property(fc.array(tags), (all) => void read(all.join(''))));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void read(`<Project>${text}</Project>`)));
    const pieces = fc.constantFrom('$(', ')', 'a', '[MSBuild]::F(', ',', "'", '$(b)');
    fc.assert(
      fc.property(fc.array(pieces), (all) => void expand(all.join(''), new Map([['b', ['1', '2']]]), () => 'x')),
    );
  });
});

describe('expand', () => {
  it('puts in every combination of values, and names what nothing sets', () => {
    const properties = new Map([
      ['a', ['1', '2']],
      ['b', ['3', '4']],
    ]);
    const call = (name: string, parameters: readonly string[]) => (name === 'X::F' ? parameters.join('+') : undefined);
    expect(expand('$(A)-$(b)', properties, call)).toEqual({ values: ['1-3', '1-4', '2-3', '2-4'] });
    expect(expand("<$([X]::F('p', $(a)))>", properties, call)).toEqual({ values: ['<p+1>'] });
    expect(expand('$(a)$(C)', properties, call)).toEqual({ unknown: 'C' });
    expect(expand('$([X]::G(1))', properties, call)).toEqual({ unknown: '[X]::G(1)' });
  });
});

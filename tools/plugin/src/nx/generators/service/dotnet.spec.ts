import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import type { Tree } from '@nx/devkit';
import { DOMParser, type Document } from '@xmldom/xmldom';
import { parse } from 'yaml';
import { generateService } from './generator.ts';

// There is no .NET SDK where these tests run: what a text can prove is proved here, the rest by tools/stack-check.

let tree: Tree;
let done: () => void;
const root = 'apps/order-history';
const textOf = (path: string) => tree.read(path, 'utf8')!;

async function generate(): Promise<void> {
  done = await generateService(tree, { name: 'order-history', stack: 'dotnet' });
}

beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
});
afterEach(() => jest.restoreAllMocks());

function xmlOf(path: string): Document {
  const onError = (_level: string, message: string) => {
    throw new SyntaxError(`${path}: ${message}`);
  };
  return new DOMParser({ onError }).parseFromString(textOf(path), 'text/xml');
}

/** Values of the properties of a file of MSBuild, with the condition of their groups. */
function propertiesOf(path: string): Record<string, string> {
  const groups = Array.from(xmlOf(path).getElementsByTagName('PropertyGroup'));
  return Object.fromEntries(
    groups.flatMap((group) =>
      Array.from(group.childNodes)
        .filter((node) => node.nodeType === node.ELEMENT_NODE)
        .map((node) => [
          node.nodeName,
          [node.textContent, group.getAttribute('Condition')].filter(Boolean).join(' if '),
        ]),
    ),
  );
}

function packagesOf(path: string): Record<string, string> {
  const references = Array.from(xmlOf(path).getElementsByTagName('PackageReference'));
  return Object.fromEntries(references.map((each) => [each.getAttribute('Include')!, each.getAttribute('Version')!]));
}

interface Locked {
  readonly type: 'Direct' | 'Transitive' | 'Project';
  readonly requested?: string;
  readonly resolved?: string;
  readonly contentHash?: string;
  readonly dependencies?: Record<string, string>;
}

function lockedIn(path: string): Record<string, Locked> {
  const { dependencies } = JSON.parse(textOf(path)) as { dependencies: Record<string, Record<string, Locked>> };
  expect(Object.keys(dependencies)).toEqual(['net10.0']);
  return dependencies['net10.0']!;
}

describe('the files at the root', () => {
  it('build the same bytes everywhere, from the locked versions, and map no path while developing', async () => {
    await generate();
    expect(propertiesOf('Directory.Build.props')).toEqual({
      Nullable: 'enable',
      ImplicitUsings: 'enable',
      TreatWarningsAsErrors: 'true',
      RestorePackagesWithLockFile: 'true',
      RestoreLockedMode: 'true',
      EnableSourceLink: 'false',
      IncludeSourceRevisionInInformationalVersion: 'false',
      DefaultItemExcludes: '$(DefaultItemExcludes);bin/**;obj/**',
      PathMap: "$(MSBuildThisFileDirectory)=/src/ if '$(Configuration)' == 'Release'",
    });
    expect(textOf('Directory.Build.props')).toContain(`<RestoreLockedMode Condition="'$(CI)' == 'true'">`);
    expect(JSON.parse(textOf('global.json'))).toEqual({ sdk: { version: '10.0.100', rollForward: 'latestFeature' } });
  });

  it('are left alone where they are, and said to lack what they lack', async () => {
    const props =
      '<Project>\r\n<PropertyGroup><nullable> Enable </nullable><ImplicitUsings>disable</ImplicitUsings>' +
      '<PathMap>$(Root)=/x/</PathMap></PropertyGroup></Project>';
    const sdk = '{\n  // Ours.\n  "sdk": { "version": "8.0.400" }\n}';
    tree.write('Directory.Build.props', props);
    tree.write('global.json', sdk);
    await generate();
    expect(textOf('Directory.Build.props')).toBe(props);
    expect(textOf('global.json')).toBe(sdk);
    jest.spyOn(console, 'log').mockReturnValue();
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    done();
    const lines = String(warn.mock.lastCall![0]).trim().split('\n');
    expect(lines.shift()).toMatch(/^Files at the workspace's root lack .* \(docs\/add-a-service\.md\):$/);
    expect(lines).toEqual([
      '  Directory.Build.props: <ImplicitUsings>enable</ImplicitUsings>',
      '  Directory.Build.props: <TreatWarningsAsErrors>true</TreatWarningsAsErrors>',
      '  Directory.Build.props: <RestorePackagesWithLockFile>true</RestorePackagesWithLockFile>',
      `  Directory.Build.props: <RestoreLockedMode Condition="'$(CI)' == 'true'">true</RestoreLockedMode>`,
      '  Directory.Build.props: <EnableSourceLink>false</EnableSourceLink>',
      '  Directory.Build.props: <IncludeSourceRevisionInInformationalVersion>false</IncludeSourceRevisionInInformationalVersion>',
      '  Directory.Build.props: <DefaultItemExcludes>$(DefaultItemExcludes);bin/**;obj/**</DefaultItemExcludes>',
      '  global.json: SDK 8.0.400 cannot build for .NET 10: "version": "10.0.100" or newer',
    ]);
  });

  it.each([
    ['not XML', '<Project', 'Directory.Build.props: it cannot be read as XML'],
    ['no JSON', '{', 'global.json: "sdk": { "version": "10.0.100" }, so that everybody builds with the same SDK'],
    [
      'without an SDK',
      '{}',
      'global.json: "sdk": { "version": "10.0.100" }, so that everybody builds with the same SDK',
    ],
  ])('that are %s are left alone too', async (_, text, line) => {
    tree.write(line.replace(/:.*/, ''), text);
    await generate();
    jest.spyOn(console, 'log').mockReturnValue();
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    done();
    expect(String(warn.mock.lastCall![0])).toContain(line);
  });

  it('are nothing to tell of with the second service', async () => {
    await generate();
    jest.spyOn(console, 'log').mockReturnValue();
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    (await generateService(tree, { name: 'billing', stack: 'dotnet' }))();
    expect(warn).not.toHaveBeenCalled();
  });

  it('are none of a service of another stack', async () => {
    await generateService(tree, { name: 'shipping', stack: 'go' });
    expect(tree.exists('Directory.Build.props') || tree.exists('global.json')).toBe(false);
  });
});

describe('the projects', () => {
  it('put nothing foreign into the image', async () => {
    await generate();
    const { DefaultItemExcludes: excluded = '', ...properties } = propertiesOf(`${root}/OrderHistory.csproj`);
    expect(properties).toEqual({
      TargetFramework: 'net10.0',
      InvariantGlobalization: 'true',
      UseAppHost: 'false',
      IsTransformWebConfigDisabled: 'true',
    });
    expect(excluded.split(';')).toEqual(
      expect.arrayContaining(['$(DefaultItemExcludes)', 'tests/**', 'dist/**', '.artifacts/**', 'project.json']),
    );
    const [target] = Array.from(xmlOf(`${root}/OrderHistory.csproj`).getElementsByTagName('Target'));
    expect(target!.getAttribute('BeforeTargets')).toBe('PrepareForPublish');
    expect(target!.getElementsByTagName('RemoveDir')[0]!.getAttribute('Directories')).toBe('$(PublishDir)');
  });

  it.each([
    ['', { 'Serilog.AspNetCore': '10.0.0', 'OpenTelemetry.Extensions.Hosting': '1.20.1' }],
    ['tests/', { 'Microsoft.NET.Test.Sdk': '18.11.0', 'xunit.v3': '3.2.2', 'Microsoft.OpenApi.YamlReader': '3.11.0' }],
  ])('lock what they ask for, in %j', async (folder, some) => {
    await generate();
    const asked = packagesOf(`${root}/${folder}OrderHistory${folder ? '.Tests' : ''}.csproj`);
    expect(asked).toMatchObject(some);
    const locked = lockedIn(`${root}/${folder}packages.lock.json`);
    const direct = Object.entries(locked).filter(([, { type }]) => type === 'Direct');
    expect(Object.fromEntries(direct.map(([name, { resolved }]) => [name, resolved]))).toEqual(asked);
    for (const [name, { requested }] of direct) expect(requested).toBe(`[${asked[name]}, )`);
    // NuGet refuses a lock file in which anything is missing that comes along.
    const names = new Set(Object.keys(locked).map((name) => name.toLowerCase()));
    for (const { type, contentHash, dependencies = {} } of Object.values(locked)) {
      if (type !== 'Project') expect(Buffer.from(contentHash!, 'base64')).toHaveLength(64);
      expect(Object.keys(dependencies).filter((name) => !names.has(name.toLowerCase()))).toEqual([]);
    }
    const projects = Object.entries(locked).filter(([, { type }]) => type === 'Project');
    expect(projects.map(([name]) => name)).toEqual(folder ? ['orderhistory'] : []);
    const service = Object.keys(packagesOf(`${root}/OrderHistory.csproj`));
    for (const [, { dependencies = {} }] of projects) expect(Object.keys(dependencies).sort()).toEqual(service.sort());
  });

  it('are linted, tested and built in folders of their own, and only dist is cached', async () => {
    await generate();
    type Target = { outputs?: string[]; options: { command?: unknown; commands?: string[] } };
    const { targets } = JSON.parse(textOf(`${root}/project.json`)) as { targets: Record<string, Target> };
    expect(targets['build']!.options.command).toBe(
      'dotnet publish OrderHistory.csproj -c Release -o dist --artifacts-path .artifacts/build -p:RestoreLockedMode=true',
    );
    expect(targets['test']!.options.command).toContain('--artifacts-path .artifacts/test');
    expect(targets['lint']!.options.commands).toEqual([
      'dotnet format OrderHistory.csproj --verify-no-changes',
      'dotnet format tests/OrderHistory.Tests.csproj --verify-no-changes',
    ]);
    // `exec`: no shell stays between the process group's end and the watcher.
    expect(targets['dev']!.options.command).toEqual([
      'sh',
      '-c',
      'ASPNETCORE_ENVIRONMENT=${ASPNETCORE_ENVIRONMENT:-Development} exec dotnet watch --project OrderHistory.csproj --non-interactive run',
    ]);
    expect(Object.values(targets).flatMap(({ outputs = [] }) => outputs)).toEqual(['{projectRoot}/dist']);
    for (const folder of ['.artifacts/', 'bin/', 'obj/']) expect(textOf(`${root}/.gitignore`)).toContain(folder);
  });
});

/** Returns C# without its comments, and with its texts emptied; what is interpolated in them stays. */
function codeOf(text: string): string {
  const tokens = /\/\/[^\n]*|\$"((?:\\.|[^"\\])*)"|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])'/g;
  return text.replace(tokens, (_, interpolated: string | undefined) =>
    [...(interpolated ?? '').matchAll(/\{[^{}]*\}/g)].join(' '),
  );
}

describe('the sources', () => {
  const sources = () =>
    [root, `${root}/tests`].flatMap((folder) =>
      tree.children(folder).flatMap((file) => (file.endsWith('.cs') ? [`${folder}/${file}`] : [])),
    );

  it('close what they open, and are in the namespace of the service', async () => {
    await generate();
    expect(sources().length).toBe(12);
    for (const path of sources()) {
      const closing: Record<string, string> = { '}': '{', ')': '(', ']': '[' };
      const open: string[] = [];
      for (const sign of codeOf(textOf(path))) {
        if ('{(['.includes(sign)) open.push(sign);
        else if (sign in closing) expect([path, open.pop()]).toEqual([path, closing[sign]]);
      }
      expect([path, open]).toEqual([path, []]);
      expect(codeOf(textOf(path))).not.toContain('"');
      if (!path.endsWith('Program.cs'))
        expect(textOf(path)).toMatch(
          path.includes('tests/') ? /^namespace OrderHistory\.Tests;$/m : /^namespace OrderHistory;$/m,
        );
    }
  });

  it('log one line for each request, and none for probes, with the fields of every stack', async () => {
    await generate();
    const logs = textOf(`${root}/Logs.cs`);
    const lines = textOf(`${root}/JsonLines.cs`);
    for (const field of ['method', 'path', 'status', 'durationMs'])
      expect(logs).toContain(`new LogEventProperty("${field}", `);
    for (const field of ['time', 'level', 'message', 'service', 'traceId', 'error'])
      expect(lines).toContain(`["${field}"]`);
    expect(textOf(`${root}/RequestIds.cs`)).toContain('PushProperty("requestId", id)');
    expect(logs).toContain('MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)');
    expect(logs).toContain('MinimumLevel.Override("System.Net.Http.HttpClient", LogEventLevel.Warning)');
    expect(logs).toContain('StartsWithSegments("/healthz")');
    expect(logs).toContain('new JsonLines("order-history")');
  });

  it('measure on a port of their own, labelled with the release', async () => {
    await generate();
    const metrics = textOf(`${root}/Metrics.cs`);
    expect(metrics).toContain('GetValue("METRICS_PORT", 9464)');
    expect(metrics).toContain('context.Connection.LocalPort == port');
    expect(codeOf(metrics)).not.toContain('RequireHost');
    expect(metrics).toContain(`target.Split('?')[0] != "/metrics"`);
    expect(metrics).toContain('StatusCodes.Status405MethodNotAllowed');
    for (const [label, variable] of Object.entries({ build_number: 'BUILD_NUMBER', commit: 'COMMIT' }))
      expect(metrics).toContain(`["${label}"] = builder.Configuration["${variable}"]`);
    expect(metrics).toContain('ResourceConstantLabels = release.ContainsKey');
    expect(textOf(`${root}/Health.cs`)).toContain('.DisableHttpMetrics()');
  });

  it('pass on the id of a request, and take heads as long as other stacks do', async () => {
    await generate();
    expect(textOf(`${root}/Program.cs`)).toContain('builder.Services.AddRequestIds();');
    const ids = textOf(`${root}/RequestIds.cs`);
    expect(ids).toContain('ConfigureHttpClientDefaults(clients => clients.AddHttpMessageHandler<PassingOn>())');
    expect(ids).toContain('request.Headers.Add(Header, context.TraceIdentifier)');
    const server = textOf(`${root}/Server.cs`);
    for (const limit of ['MaxRequestLineSize = 64 * 1024', 'MaxRequestHeadersTotalSize = 64 * 1024'])
      expect(server).toContain(limit);
    expect(server).toContain('RequestHeadersTimeout = TimeSpan.FromSeconds(10)');
  });

  it('have the routes of the description, by its names', async () => {
    await generate();
    const { paths } = parse(textOf(`${root}/openapi.yaml`)) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    );
    const greetings = textOf(`${root}/Greetings.cs`);
    const served = [...greetings.matchAll(/Map(\w+)\("([^"]+)"[^;]*?WithName\("(\w+)"\)/g)];
    expect(served.map(([, method, path, name]) => `${method!.toLowerCase()} ${path} ${name}`)).toEqual(described);
    expect(textOf(`${root}/tests/ContractTests.cs`)).toContain('Assert.Equal(described.Order(), served.Order());');
  });
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { jobSteps, typedText } from '../../../plugin/src/model/pipelines/azure/job-steps.ts';
import { jobVariables } from '../../../plugin/src/model/pipelines/azure/toolchain-steps.ts';
import { npm } from '../../../plugin/src/model/pipelines/package-manager.ts';
import type { PipelineFacts, PipelineToolchain } from '../../../plugin/src/model/pipelines/pipeline-facts.ts';
import { yaml } from '../../../plugin/src/model/pipelines/yaml-template.ts';
import { runSuccessfully } from '../../../scratch-workspace/src/run-command.ts';
import {
  AzureProject,
  type ProjectSettings,
  type RunRequest,
} from '../../../simulators/src/azure-agent/azure-runner.ts';
import { installedPythons } from '../../../simulators/src/tool-cache.ts';

let folder: string;
let origin: string;
let project: AzureProject;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'poc azure project '));
  origin = join(folder, 'origin.git');
  await runSuccessfully('git', ['init', '--quiet', '--bare', '--initial-branch=main', origin]);
});
afterEach(() => {
  project.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Commits files to the origin. */
async function commit(files: Record<string, string>): Promise<void> {
  const checkout = join(folder, 'checkout');
  if (!existsSync(checkout)) await runSuccessfully('git', ['clone', '--quiet', origin, checkout]);
  const git = (...args: string[]) => runSuccessfully('git', args, { cwd: checkout });
  await git('checkout', '--quiet', '-B', 'main');
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  }
  await git('add', '--all');
  const me = ['-c', 'user.name=Ada', '-c', 'user.email=ada@localhost'];
  await git(...me, 'commit', '--quiet', '--message=one');
  await git(...me, 'commit', '--quiet', '--allow-empty', '--message=two');
  await git('push', '--quiet', 'origin', 'main');
}

/** Commits files to the origin, and makes a pipeline of `pipeline.yml`. @returns runs it. */
async function pipelineOf(files: Record<string, string>, settings: Partial<ProjectSettings> = {}) {
  await commit(files);
  project = new AzureProject({ origin, packages: folder, environments: {}, agents: 2, ...settings });
  project.define('ci', 'pipeline.yml');
  return (request?: RunRequest) => project.run('ci', request);
}

const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');

it('runs one file for several services: parameters, templates, variables, build numbers, artifacts, secrets', async () => {
  const run = await pipelineOf(
    {
      'pipeline.yml': `
trigger: none
name: $(Date:yyyyMMdd)$(Rev:-r)
parameters:
  - name: service
    type: string
    values: [orders, payments]
variables:
  - template: /apps/\${{ parameters.service }}/pipeline.variables.yml
  - name: whole
    value: $(serviceName)-$(Build.BuildNumber)
extends:
  template: templates/service.yml
  parameters:
    service: \${{ parameters.service }}
    says: { en: hello, de: hallo }
`,
      'templates/service.yml': `
parameters:
  - { name: service, type: string }
  - { name: says, type: object }
  - { name: isLoud, type: boolean, default: false }
jobs:
  - job: release
    steps:
      - \${{ if eq(parameters.isLoud, true) }}:
          - script: echo loud
      - \${{ elseif eq(parameters.service, 'orders') }}:
          - template: greet.yml
            parameters: { name: orders }
      - \${{ else }}:
          - script: echo quiet
      - \${{ each word in parameters.says }}:
          - script: echo "\${{ word.key }} is \${{ word.value }}" of $WHOLE
      - script: |
          git log --oneline | wc -l
          echo "$TOKEN" > token.txt
          echo "token [$TOKEN] secret [$SECRETTOKEN] unknown [$UNKNOWN] by $BUILD_REQUESTEDFOR $TF_BUILD"
        env:
          TOKEN: $(secretToken)
          UNKNOWN: $(noSuchThing)
      - publish: token.txt
        artifact: made
`,
      'templates/greet.yml': `
parameters: [{ name: name, type: string }]
steps:
  - bash: echo "greetings, \${{ upper(parameters.name) }}"
`,
      'apps/orders/pipeline.variables.yml': 'variables:\n  serviceName: orders\n',
      'apps/payments/pipeline.variables.yml': 'variables:\n  serviceName: payments\n',
    },
    { secrets: { secretToken: 'abc123' } },
  );
  const orders = await run({ parameters: { service: 'orders' } });
  const payments = await run({ parameters: { service: 'payments' } });
  expect([orders.outcome, orders.buildNumber]).toEqual(['Succeeded', `${today}-1`]);
  expect([payments.outcome, payments.buildNumber]).toEqual(['Succeeded', `${today}-2`]);
  expect(orders.log).toContain('greetings, ORDERS');
  expect(orders.log).toContain(`en is hello of orders-${today}-1`);
  expect(orders.log).toContain(`de is hallo of orders-${today}-1`);
  expect(orders.log).toMatch(/^1$/m);
  expect(orders.log).toContain('token [***] secret [] unknown [$(noSuchThing)] by Ada Lovelace True');
  expect(orders.log).not.toContain('loud');
  expect(payments.log).not.toContain('greetings');
  expect(payments.log).toContain('--- echo quiet');
  expect(readFileSync(join(orders.artifacts, 'made/token.txt'), 'utf8')).toBe('abc123\n');
  await expect(run({ parameters: { service: 'billing' } })).rejects.toThrow(
    'parameter service: billing is none of orders, payments.',
  );
});

it('gives jobs what others found out, runs a matrix, and skips what does not hold', async () => {
  const run = await pipelineOf({
    'pipeline.yml': `
stages:
  - stage: build
    jobs:
      - job: affected
        steps:
          - script: |
              echo '##vso[task.setvariable variable=services;isOutput=true]{"agent-1":{"projects":"orders,payments"},"agent-2":{"projects":"inventory"}}'
              echo '##vso[task.setvariable variable=any;isOutput=true]true'
              echo '##vso[task.setvariable variable=plain]in this job'
            name: outdated
          - script: echo "$(outdated.any), $(plain), $PLAIN"
      - job: release
        dependsOn: affected
        condition: and(succeeded(), eq(dependencies.affected.outputs['outdated.any'], 'true'))
        strategy:
          matrix: $[ dependencies.affected.outputs['outdated.services'] ]
        variables:
          found: $[ dependencies.affected.outputs['outdated.any'] ]
        steps:
          - script: echo "releases $(projects), $FOUND"
      - job: never
        dependsOn: affected
        condition: ne(dependencies.affected.outputs['outdated.any'], 'true')
        steps: [{ script: exit 1 }]
  - stage: fails
    jobs:
      - job: bad
        variables:
          any: $[ stageDependencies.build.affected.outputs['outdated.any'] ]
        steps:
          - script: |
              false
              echo "bash goes on, any is $(any)"
          - script: exit 3
          - script: echo skipped
          - script: echo cleans up
            condition: always()
  - stage: after
    jobs: [{ job: never, steps: [{ script: exit 1 }] }]
  - stage: tells
    dependsOn: [build, fails]
    condition: and(failed(), eq(dependencies.build.outputs['affected.outdated.any'], 'true'))
    jobs: [{ job: tell, steps: [{ checkout: none }, { script: ls | wc -l }] }]
`,
  });
  const { outcome, stages, jobs, log } = await run();
  expect(outcome).toBe('Failed');
  expect(stages).toEqual({ build: 'Succeeded', fails: 'Failed', after: 'Skipped', tells: 'Succeeded' });
  expect(Object.keys(jobs).sort()).toEqual(['affected', 'bad', 'never', 'release agent-1', 'release agent-2', 'tell']);
  expect(jobs['affected']?.log).toContain('true, in this job, in this job');
  expect(jobs['release agent-1']?.log).toContain('releases orders,payments, true');
  expect(jobs['release agent-2']?.log).toContain('releases inventory, true');
  expect(jobs['never']?.outcome).toBe('Skipped');
  expect(jobs['bad']?.log).toContain('bash goes on, any is true');
  expect(log).toContain('--- echo skipped: skipped');
  expect(log).toContain('cleans up');
  expect(jobs['tell']?.log).toMatch(/^0$/m);
});

describe('a deployment', () => {
  const files = {
    'pipeline.yml': `
stages:
  - stage: prod
    lockBehavior: sequential
    jobs:
      - deployment: deploy
        environment: prod
        strategy:
          runOnce:
            deploy:
              steps:
                - script: |
                    mkdir "$LOCK" && sleep 1 && rmdir "$LOCK"
                  env: { LOCK: $(lock) }
`,
  };

  it('waits for whoever answers for the environment', async () => {
    const answers = [false, true];
    const environments = { prod: () => answers.shift()! };
    const run = await pipelineOf(files, { environments, secrets: { lock: 'lock' } });
    expect(await run()).toMatchObject({ outcome: 'Failed', stages: { prod: 'Failed' }, jobs: {} });
    expect(await run()).toMatchObject({ outcome: 'Succeeded', jobs: { deploy: { outcome: 'Succeeded' } } });
  });

  it('has the environment alone', async () => {
    const lock = join(tmpdir(), `poc-lock-${process.pid}`);
    const run = await pipelineOf(files, { environments: { prod: () => true }, secrets: { lock } });
    const outcomes = (await Promise.all([run(), run(), run()])).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
  });
});

it('takes the credentials away after a checkout, unless it is told to keep them', async () => {
  const steps = (keep: boolean) => `
steps:
  - checkout: self
    fetchDepth: 0
    persistCredentials: ${keep}
  - script: git log --oneline origin/main | wc -l && git push origin HEAD:refs/tags/kept-${keep}
`;
  const run = await pipelineOf({ 'pipeline.yml': steps(false), 'other.yml': steps(true) });
  project.define('other', 'other.yml');
  expect(await run()).toMatchObject({ outcome: 'Failed' });
  const kept = await project.run('other');
  expect(kept.outcome).toBe('Succeeded');
  expect(kept.log).toMatch(/^2$/m);
  expect(await runSuccessfully('git', ['tag'], { cwd: origin })).toBe('kept-true');
});

it('knows by which run of another pipeline it was begun, and takes what that one published', async () => {
  const run = await pipelineOf({
    'pipeline.yml': `
resources:
  pipelines:
    - { pipeline: first, source: made, tags: [one], trigger: true }
    - { pipeline: second, source: made, tags: [two] }
steps:
  - download: first
    artifact: what
  - script: echo "$RESOURCES_TRIGGERINGALIAS is $(resources.pipeline.first.runName), not $(resources.pipeline.second.runName)"
  - script: cat "$(Pipeline.Workspace)/first/what/made.txt"
`,
    'made.yml': `
name: $(Rev:r)
parameters: [{ name: tag }]
steps:
  - script: echo "##vso[build.addbuildtag]\${{ parameters.tag }}" && echo "made by $BUILD_BUILDNUMBER" > made.txt
  - publish: made.txt
    artifact: what
`,
  });
  project.define('made', 'made.yml');
  for (const tag of ['one', 'two', 'other']) await project.run('made', { parameters: { tag } });
  const { outcome, log } = await run({ triggeredBy: 'first' });
  expect(outcome).toBe('Succeeded');
  expect(log).toContain('first is 1, not 2');
  expect(log).toContain('made by 1');
});

it('hands out secure files, and links packages where they would be installed', async () => {
  const secret = join(tmpdir(), `poc-kubeconfig-${process.pid}`);
  writeFileSync(secret, 'clusters: []\n');
  const run = await pipelineOf(
    {
      'pipeline.yml': `
steps:
  - task: NodeTool@0
    inputs: { versionSpec: '>=20.19' }
  - task: DownloadSecureFile@1
    name: kubeconfig
    inputs: { secureFile: kubeconfig-preprod }
  - script: npm ci && readlink node_modules && cat "$KUBECONFIG"
    env: { KUBECONFIG: $(kubeconfig.secureFilePath) }
`,
    },
    { secureFiles: { 'kubeconfig-preprod': secret } },
  );
  const { outcome, log } = await run();
  rmSync(secret);
  expect(outcome).toBe('Succeeded');
  expect(log).toContain(`${folder}\nclusters: []`);
});

const anywhere = {
  node: { version: '>=20.19', file: undefined },
  packageManager: npm,
  folder: '',
  prefix: '',
  rebuilds: false,
  services: [],
  environments: [],
  branch: 'main',
};

/** A pipeline whose job sets up languages as a generated one does, runs a script, and is one of those that only check. */
function checkingPipeline(toolchains: readonly PipelineToolchain[], script: string): string {
  const facts: PipelineFacts = { ...anywhere, toolchains };
  const command = yaml`- script: ${script}`;
  return yaml`
    variables:
      ${jobVariables(facts, 'check')}
    steps:
      ${jobSteps(facts, [command], { purpose: 'check' })}
  `.toString();
}
/** A Python that this machine has: another than that on the PATH, where there is one. */
const python = installedPythons()[0]?.replace(/\.\d+$/, '') ?? '3';
const goAndPython: readonly PipelineToolchain[] = [
  { language: 'go', versions: [{ version: '1.24.0', file: undefined }], lockFiles: ['go.sum'], isVerified: false },
  {
    language: 'python',
    versions: [{ version: python, file: undefined }],
    lockFiles: ['requirements.lock'],
    isVerified: true,
  },
];

it('sets up the languages of generated pipelines, and keeps their packages for the next run', async () => {
  const script =
    'go version && python3 --version && ls "$GOMODCACHE" && touch "$GOMODCACHE/module" "$(pip cache dir)/wheel"';
  const files = { 'package-lock.json': '{}', 'go.sum': 'one\n', 'requirements.lock': '' };
  const run = await pipelineOf({ ...files, 'pipeline.yml': checkingPipeline(goAndPython, script) });
  const first = await run();
  if (first.outcome !== 'Succeeded') throw new Error(first.log);
  expect(first.log).toMatch(/^go version go1\.\d+/m);
  expect(first.log).toMatch(new RegExp(`^Python ${python}[.\\d]+$`, 'm'));
  expect(first.log).not.toContain('restored');
  const second = await run();
  expect(second.log).toMatch(/^restored .*\/\.packages\/go$/m);
  expect(second.log).toMatch(/^restored .*\/\.packages\/pip$/m);
  expect(second.log).toMatch(/^module$/m);
  await commit({ 'go.sum': 'another\n' });
  const third = await run();
  expect(third.log).not.toMatch(/^restored .*\/\.packages\/go$/m);
  expect(third.log).toMatch(/^restored .*\/\.packages\/pip$/m);
});

it('sets up the SDK of .NET that a machine has', async () => {
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'dotnet'), '#!/bin/sh\necho 10.0.100\n', { mode: 0o755 });
  const dotnet = (version: string): PipelineToolchain[] => [
    { language: 'dotnet', versions: [{ version, file: undefined }], lockFiles: [], isVerified: false },
  ];
  const run = await pipelineOf(
    {
      'package-lock.json': '{}',
      'pipeline.yml': checkingPipeline(dotnet('10.0.100'), 'dotnet --version'),
      'other.yml': checkingPipeline(dotnet('9.0.x'), 'dotnet --version'),
    },
    { programs },
  );
  expect(await run()).toMatchObject({ outcome: 'Succeeded' });
  project.define('other', 'other.yml');
  expect(await project.run('other')).toMatchObject({ outcome: 'Failed', log: expect.stringContaining('not 9.0.x') });
});

it.each([
  ['another Node.js', 'task: NodeTool@0', "versionSpec: '>=99'", 'node 2'],
  ['a newer Go', 'task: GoTool@0', 'version: 1.999.0', 'and not 1.999.0.'],
  [
    'a Go without its third number, of which there is no archive',
    'task: GoTool@0',
    "version: '1.24'",
    'no archive of Go 1.24',
  ],
  ['a Python that is not there', 'task: UsePythonVersion@0', "versionSpec: '3.99'", 'and not 3.99.'],
  ['a folder to keep that nothing made', 'task: Cache@2', `key: '"a"', path: nothing`, 'no folder'],
])('fails a job that wants %s', async (_, task, inputs, message) => {
  const run = await pipelineOf({ 'pipeline.yml': `steps: [{ ${task}, inputs: { ${inputs} } }]` });
  const { outcome, log } = await run();
  expect([outcome, log]).toEqual(['Failed', expect.stringContaining(message)]);
});

it('reaches a cluster of Azure by the programs of the machine', async () => {
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  const az = '#!/bin/sh\nwhile [ "$1" != --file ]; do shift; done\necho "clusters: [aks]" > "$2"\n';
  for (const [name, text] of Object.entries({ az, kubelogin: '#!/bin/sh\necho "kubelogin $*"\n' }))
    writeFileSync(join(programs, name), text, { mode: 0o755 });
  const run = await pipelineOf(
    {
      'pipeline.yml': `
steps:
  - task: KubeloginInstaller@0
  - task: AzureCLI@2
    inputs:
      azureSubscription: shop
      scriptType: bash
      scriptLocation: inlineScript
      inlineScript: |
        az aks get-credentials --name "shop" --file "$(Agent.TempDirectory)/kubeconfig" --overwrite-existing
        cat "$KUBECONFIG"
    env: { KUBECONFIG: $(Agent.TempDirectory)/kubeconfig }
`,
    },
    { programs },
  );
  const { outcome, log } = await run();
  expect(outcome).toBe('Succeeded');
  expect(log).toContain('kubelogin --version');
  expect(log).toContain('clusters: [aks]');
});

it.each([
  ['an unknown step', 'steps: [{ scrpt: ls }]', 'step "scrpt"'],
  ['an unknown key', 'steps: [{ script: ls, retries: 2 }]', '"retries" is not known'],
  ['an unknown task', 'steps: [{ task: Docker@2 }]', 'Docker@2 is not supported'],
  ['an unknown input', "steps: [{ task: NodeTool@0, inputs: { version: '24' } }]", 'version is not known'],
  [
    'an unknown input of a language',
    "steps: [{ task: GoTool@0, inputs: { versionSpec: '1.24.0' } }]",
    'versionSpec is not',
  ],
  [
    'a cache by a file that is not there',
    'steps: [{ task: Cache@2, inputs: { key: a.lock, path: a } }]',
    'no file "a.lock"',
  ],
  ['an unknown key of a job', 'jobs: [{ job: a, needs: b, steps: [] }]', '"needs" is not known'],
  ['a missing template', 'steps: [{ template: none.yml }]', 'none.yml'],
  ['a parameter that is not declared', 'steps: [{ script: "${{ parameters.servce }}" }]', 'parameters has no servce'],
  ['an unknown function', 'steps: [{ script: "${{ uper(1) }}" }]', 'no function uper'],
  ['an unknown job', 'jobs: [{ job: a, condition: "eq(dependencies.b.result, \'x\')" }]', 'dependencies has no b'],
  ['an unknown command', 'steps: [{ script: \'echo "##vso[task.explode]"\' }]', '##vso[task.explode]'],
  ['an unknown environment', 'jobs: [{ deployment: a, environment: moon }]', 'no environment moon'],
  ['an else without an if', 'steps: [{ "${{ else }}": [] }]', 'follows no if'],
])('refuses %s', async (_, text, message) => {
  const run = await pipelineOf({ 'pipeline.yml': text });
  await expect(run()).rejects.toThrow(message);
});

it('puts no secret in for a text that somebody typed, which it does without a guard', async () => {
  const run = await pipelineOf(
    {
      'pipeline.yml': `
trigger: none
parameters:
  - { name: reason, type: string, default: '' }
jobs:
  - job: roll_back
    steps:
      - script: printf '%s' "$UNGUARDED" | rev && echo && printf '%s' "$REASON" | rev
        env:
          UNGUARDED: \${{ parameters.reason }}
          REASON: ${typedText('reason')}
`,
    },
    { secrets: { token: 'abc123' } },
  );
  const { outcome, log } = await run({ parameters: { reason: 'because $(token) $$((token)' } });
  expect(outcome).toBe('Succeeded');
  const reversed = (text: string) => [...text].reverse().join('');
  expect(log).toContain(reversed('because abc123'));
  expect(log).toContain(reversed('because $ (token) $$ ((token)'));
});

import fc from 'fast-check';
import type {
  PipelineEnvironment,
  PipelineFacts,
  PipelineService,
} from '../../plugin/src/model/pipelines/pipeline-facts.ts';

/** Names as services and environments have them, and those that YAML reads as something else. */
const names = fc.oneof(
  fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/),
  fc.constantFrom('true', 'null', 'on', 'y'),
);

/** Texts that somebody may have given something in Azure or in a kubeconfig. */
const texts = fc.stringMatching(/^[A-Za-z0-9(][A-Za-z0-9 ._():#'"@&*!%{}[\]|>,?~ü-]{0,30}$/);

function serviceNamed(name: string): fc.Arbitrary<PipelineService> {
  const root = `apps/${name}`;
  return fc.record({
    name: fc.constant(name),
    root: fc.constant(root),
    paths: fc.constant([`${root}/`]),
    foreignPaths: fc.constant([]),
    trigger: fc.constantFrom('manual' as const, 'paths' as const),
    api: fc.option(fc.constant(`${root}/openapi.yaml`), { nil: undefined }),
  });
}

function environmentNamed(name: string): fc.Arbitrary<PipelineEnvironment> {
  return fc.record({
    name: fc.constant(name),
    deploy: fc.constantFrom('automatic' as const, 'manual' as const),
    protected: fc.boolean(),
    aks: fc.option(fc.record({ resourceGroup: texts, name: texts }), { nil: undefined }),
    context: texts,
  });
}

function each<T>(list: readonly string[], make: (name: string) => fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.tuple(...list.map(make));
}

/** Workspaces of all kinds, as their pipelines see them. */
export const pipelineFactsCases: fc.Arbitrary<PipelineFacts> = fc
  .record({
    services: fc.uniqueArray(names, { maxLength: 6 }),
    environments: fc.uniqueArray(names, { minLength: 1, maxLength: 4 }),
    branch: fc.constantFrom('main', 'master', 'release/1.0', "ada's", 'c++', '#1', '!', 'x]'),
  })
  .chain(({ services, environments, branch }) =>
    fc.record({
      services: each(services.toSorted(), serviceNamed),
      environments: each(environments, environmentNamed),
      branch: fc.constant(branch),
    }),
  );

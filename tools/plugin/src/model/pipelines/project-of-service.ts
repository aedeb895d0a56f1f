import type { PipelineService } from './pipeline-facts.ts';

type Named = Pick<PipelineService, 'name' | 'project'>;

/** Those whose project has another name: Nx does not know them by the one that people choose them by. */
export function renamed(services: readonly Named[]): readonly (Named & { readonly project: string })[] {
  return services.flatMap(({ name, project }) =>
    project === undefined || project === name ? [] : [{ name, project }],
  );
}

/** Returns an expression of GitHub for the project of the service that somebody chose. @param chosen expression of its name. */
export function projectAtGitHub(services: readonly Named[], chosen: string): string {
  const cases = renamed(services).map(({ name, project }) => `${chosen} == '${name}' && ${text(project)}`);
  return [...cases, chosen].join(' || ');
}

/**
 * Returns the same as an expression of Azure Pipelines, of functions that it knows before a run and in it: neither has a
 * condition that every server understands.
 */
export function projectAtAzure(services: readonly Named[], chosen: string): string {
  const others = renamed(services);
  if (others.length === 0) return chosen;
  const marked = `format('<{0}>', ${chosen})`;
  const named = others.reduce((all, { name, project }) => `replace(${all}, '<${name}>', ${text(project)})`, marked);
  return `replace(replace(${named}, '<', ''), '>', '')`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

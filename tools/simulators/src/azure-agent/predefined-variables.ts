/** The facts of a run before it begins. */
export interface RunFacts {
  /** Name of the pipeline. */
  readonly definition: string;
  readonly id: number;
  readonly commit: string;
  readonly branch: string;
  /** Address of the organization. */
  readonly collection: string;
  /** Alias of the pipeline whose run began this one. */
  readonly triggeredBy: string | undefined;
}

/** Returns the variables that Azure Pipelines sets in every run. */
export function predefinedVariables({
  definition,
  id,
  commit,
  branch,
  collection,
  triggeredBy,
}: RunFacts): Record<string, string> {
  return {
    ...(triggeredBy === undefined ? {} : { 'resources.triggeringAlias': triggeredBy }),
    TF_BUILD: 'True',
    'Build.BuildId': String(id),
    'Build.BuildUri': `vstfs:///Build/Build/${id}`,
    'Build.DefinitionName': definition,
    'Build.Reason': triggeredBy === undefined ? 'Manual' : 'ResourceTrigger',
    'Build.Repository.Name': 'shop',
    'Build.Repository.Provider': 'TfsGit',
    'Build.RequestedFor': 'Ada Lovelace',
    'Build.RequestedForEmail': 'ada@example.com',
    'Build.SourceBranch': `refs/heads/${branch}`,
    'Build.SourceBranchName': branch,
    'Build.SourceVersion': commit,
    'System.CollectionUri': collection,
    'System.TeamFoundationCollectionUri': collection,
    'System.TeamProject': 'shop',
    'System.DefinitionName': definition,
    'System.HostType': 'build',
  };
}

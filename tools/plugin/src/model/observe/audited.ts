/** How much an audit looked at. */
export interface Audited {
  readonly checked: { readonly services: number; readonly deployments: number; readonly releases: number };
  /** `elsewhere`: the origin is at no GitHub; `unavailable`: it is, and GitHub could not be asked. */
  readonly forge: 'checked' | 'elsewhere' | 'unavailable';
  /** Why the forge was not asked, as a clause; undefined when it was. */
  readonly withoutForge?: string | undefined;
}

/** Returns what an audit checked, and what it could not check, a sentence each. */
export function describeAudited({ checked, forge, withoutForge }: Audited): string[] {
  const { releases, deployments, services } = checked;
  const sources = [
    'git tags',
    'image labels',
    'pods and objects',
    'records and their log',
    ...(forge === 'checked' ? ['GitHub'] : []),
  ];
  return [
    `Checked ${sources.join(', ')} of ${releases} releases and ${deployments} deployments of ${services} services.`,
    ...(forge === 'unavailable' ? [`Not checked: GitHub, because ${withoutForge}.`] : []),
  ];
}

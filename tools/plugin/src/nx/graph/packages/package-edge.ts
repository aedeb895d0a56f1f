/** A package that needs another one, both by their names in the project graph: `npm:debug`, `npm:ms@2.1.2`. */
export interface PackageEdge {
  readonly source: string;
  readonly target: string;
}

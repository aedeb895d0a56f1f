/** Somebody else who wrote fields of an object, as the cluster keeps it. */
export interface FieldWriter {
  /** `kubectl-client-side-apply`, `helm`. */
  readonly manager: string;
  /** Where the fields are, the first two steps of each: `spec.template`. */
  readonly places: readonly string[];
  /** Number of the fields. */
  readonly fields: number;
  /** True when they become this tool's with the deployment, so that what is in no manifest goes. */
  readonly isTakenOver: boolean;
}

/** An object, and who else wrote to it. */
export interface WrittenObject {
  readonly kind: string;
  readonly name: string;
  readonly writtenBy?: readonly FieldWriter[];
}

/** So many places are named of an object. */
const mostPlaces = 6;

/**
 * Returns a line for each object that others wrote to, and what becomes of their fields:
 * `Deployment orders has 14 fields from kubectl-client-side-apply (spec.replicas, spec.template): …`.
 */
export function describeFieldWriters(objects: readonly WrittenObject[]): string[] {
  return objects.flatMap(({ kind, name, writtenBy = [] }) =>
    writtenBy.map((writer) => {
      const { manager, places, fields, isTakenOver } = writer;
      const more = places.length > mostPlaces ? `, and ${places.length - mostPlaces} more` : '';
      const what = `${fields} ${fields === 1 ? 'field' : 'fields'} from ${manager} (${places.slice(0, mostPlaces).join(', ')}${more})`;
      return `${kind} ${name} has ${what}: ${fateOf(isTakenOver)}`;
    }),
  );
}

function fateOf(isTakenOver: boolean): string {
  return isTakenOver
    ? 'taken over, and what no manifest has of them goes'
    : 'left to it; with --adopt taken over, and what no manifest has of them goes';
}

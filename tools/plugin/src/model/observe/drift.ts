/** An object that somebody else changed, or took away. */
export interface ObjectDrift {
  readonly kind: string;
  readonly name: string;
  readonly state: 'missing' | 'changed';
  /** The changed fields; none for a missing object. */
  readonly fields: readonly FieldDrift[];
}

/** A field that is not as it was applied. */
export interface FieldDrift {
  /** `spec.template.spec.containers[orders].image`. */
  readonly path: string;
  /** In one line, secrets masked; undefined for a field that somebody added. */
  readonly applied: string | undefined;
  /** Undefined when the field is gone. */
  readonly live: string | undefined;
  /** Field manager that wrote it, by the object's `managedFields`: `kubectl-edit`. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string | undefined;
}

/** Returns the selector of objects that have a label with one of some values, whatever its value when omitted. */
export function labelSelector(label: string, values?: readonly string[]): string {
  if (values === undefined) return label;
  return values.length === 1 ? `${label}=${values[0]}` : `${label} in (${values.join(',')})`;
}

/** Returns the moment that a text is: `2026-11-24T12:30Z`. Without a zone nobody knows which is meant: undefined then. */
export function parseMoment(text: string): Date | undefined {
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const at = new Date(text);
  return isTime && !Number.isNaN(at.getTime()) ? at : undefined;
}

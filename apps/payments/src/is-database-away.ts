/** Reports whether an error says that there is no database, rather than that it will not do what it was asked. */
export function isDatabaseAway(error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: string };
  // Class 08: connection; 57P: it is being shut down or started (PostgreSQL, appendix A).
  if (typeof code === 'string' && /^(08|57P|E[A-Z_]+$)/.test(code)) return true;
  // What pg says without a code.
  return /terminated|timeout|ended unexpectedly/i.test(message ?? '');
}

/** A field that Azure finds fault with. */
export interface FieldError {
  readonly code: string;
  readonly target: string;
  readonly message: string;
}

/** An error as the Azure Resource Manager answers it. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly FieldError[] | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly details?: readonly FieldError[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details ?? null;
    this.headers = more.headers ?? {};
  }

  get body(): unknown {
    return { error: { code: this.code, message: this.message, details: this.details } };
  }
}

/** Returns the error for one field with a wrong value, in API Management's frame. */
export function fieldError(target: string, message: string): ArmError {
  const details = [{ code: 'ValidationError', target, message }];
  return new ArmError(400, 'ValidationError', 'One or more fields contain incorrect values:', { details });
}

/** Returns the error for a resource that does not exist. @param kind as API Management names it, `API` or `Product`. */
export function notFound(kind: string): ArmError {
  return new ArmError(404, 'ResourceNotFound', `${kind} not found.`);
}

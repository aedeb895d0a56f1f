import type { FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify';
import type { Contents, DescribedOperation } from './description.ts';
import { mediaType } from './operations.ts';
import { HttpProblem } from '../problem.ts';
import type { Validation } from './validation.ts';

/**
 * Returns a hook that fails the answers which the description does not have: with a status of its own, another media
 * type, or a body that its schema refuses. For tests: in production, callers are better served with them than not.
 */
export function checkAnswers(operation: DescribedOperation, validation: Validation): onSendHookHandler {
  return (request: FastifyRequest, reply: FastifyReply, payload: unknown, done) => {
    const wrong = isOwnFailure(reply) ? undefined : describeWrong(operation, validation, reply, payload);
    if (wrong === undefined) done(null, payload);
    else
      done(
        new HttpProblem(
          500,
          'answer-not-described',
          `The answer of "${operation.id}" is not as it is described: ${wrong}`,
        ),
      );
  };
}

/** Whether an answer says that the service failed, which every operation may, and no description says. */
function isOwnFailure({ statusCode }: FastifyReply): boolean {
  return statusCode === 500;
}

function describeWrong(
  { answers }: DescribedOperation,
  validation: Validation,
  reply: FastifyReply,
  payload: unknown,
): string | undefined {
  const status = String(reply.statusCode);
  const contents: Contents | undefined = answers.get(status) ?? answers.get(`${status[0]}XX`) ?? answers.get('default');
  if (!contents) return `the status ${status} is not among ${[...answers.keys()].join(', ')}.`;
  if (payload === undefined || payload === null || payload === '')
    return contents.size === 0 ? undefined : `with ${status} comes a body.`;
  const header = reply.getHeader('content-type');
  const type = mediaType(header === undefined ? undefined : String(header)) ?? '';
  if (!contents.has(type))
    return `with ${status} comes ${[...contents.keys()].join(', ') || 'no body'}, not "${type}".`;
  const schema = contents.get(type);
  const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
  if (schema === undefined || !isText || !/[/+]json$/.test(type)) return undefined;
  const refusal = validation.check(schema, JSON.parse(String(payload)));
  return refusal && `with ${status}, ${refusal}.`;
}

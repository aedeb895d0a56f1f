import { isUtf8 } from 'node:buffer';
import type { FastifyBodyParser, FastifyInstance } from 'fastify';
import { malformedJson } from './problem.ts';

/** How deep JSON may be nested: whatever goes through it needs the stack for it. */
const depthLimit = 64;

/** Returns a parser of JSON for an app: Fastify's, for what is UTF-8 and not nested too deep. */
export function jsonParser(app: FastifyInstance): FastifyBodyParser<Buffer> {
  const parse = app.getDefaultJsonParser('error', 'error');
  return (request, body, done) => {
    const text = body.toString();
    if (!isUtf8(body) || isTooDeep(text)) done(malformedJson());
    else void parse(request, text, done);
  };
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index++)
    switch (text[index]) {
      case '"':
        index = endOfString(text, index);
        break;
      case '[':
      case '{':
        if (++depth > depthLimit) return true;
        break;
      case ']':
      case '}':
        depth--;
    }
  return false;
}

/** Returns where a string ends that begins at an index. */
function endOfString(text: string, begin: number): number {
  let index = begin + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}

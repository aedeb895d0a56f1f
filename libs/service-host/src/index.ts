// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- a pattern of modules can be declared in no module
/// <reference path="./description-modules.d.ts" />
export type { FastifyReply, FastifyRequest } from 'fastify';
export { createService, type Service, type ServiceOptions } from './create-service.ts';
export type { ServiceApi } from './description/api-versions.ts';
export type { Description } from './description/description.ts';
export { drainDefaults, type DrainTimes } from './drain.ts';
export { createLog } from './log.ts';
export type { Handler, Handlers } from './description/operations.ts';
export { HttpProblem } from './problem.ts';
export { runService } from './run-service.ts';
export { fetchInTrace } from './trace.ts';

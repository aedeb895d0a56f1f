export { drainDefaults, type DrainTimes } from './drain.ts';
export { HttpProblem } from './http-problem.ts';
export type { Log, LogFields } from './log.ts';
export { runService } from './run-service.ts';
export type { Answer, Handler, Route, ServiceRequest } from './route.ts';
export { createServiceHost, type ServiceHost, type ServiceHostOptions } from './service-host.ts';

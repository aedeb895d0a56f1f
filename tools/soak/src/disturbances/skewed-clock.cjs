const { performance } = require('node:perf_hooks');

// For `node --require`: the time of day of this process differs, and jumps once. Timers and the monotonic clock do not.
const { skewMs, jumpMs, jumpAfter } = JSON.parse(process.env.SKEWED_CLOCK);
const RealDate = Date;
const now = () => RealDate.now() + skewMs + (performance.now() > jumpAfter ? jumpMs : 0);
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given) => (given.length === 0 ? new target(now()) : new target(...given)),
  apply: () => new RealDate(now()).toString(),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});

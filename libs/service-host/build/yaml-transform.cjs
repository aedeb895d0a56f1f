// What build.mjs does for the bundle, jest does by this: a YAML file is imported as what it says.
const { createHash } = require('node:crypto');
const { parse } = require('yaml');

module.exports = {
  process: (text) => ({ code: `module.exports = { __esModule: true, default: ${JSON.stringify(parse(text))} };` }),
  getCacheKey: (text) => createHash('sha256').update(text).digest('hex'),
};

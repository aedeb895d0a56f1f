// Nx's door to the graph plugin (nx.json).
const { loadBundle } = require('./bundle.cjs');

module.exports = loadBundle('graph', "export * from './index.ts';", ['nx/graph', 'model/text']);

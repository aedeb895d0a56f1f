// Stands in the package for the file of this name that bundles the sources at run time (tools/nx): here that is done.
exports.loadBundle = (name) => require(`./${name}-code.cjs`);
